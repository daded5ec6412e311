import { BlockList, isIP } from "node:net";

/** IPv4 that leads nowhere in public (IANA IPv4 Special-Purpose Address Registry), and Azure's own 168.63.129.16. */
const privateIPv4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
];

/** Of IPv6 only 2000::/3 is public (IANA IPv6 Global Unicast), without what is reserved, documented or hides an IPv4 address in it. */
const publicIPv6 = "2000::/3";
const privateIPv6 = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"];

const blocked = blockListOf(privateIPv4, "ipv4");
const blocked6 = blockListOf(privateIPv6, "ipv6");
const allowed6 = blockListOf([publicIPv6], "ipv6");
const loopback = blockListOf(["127.0.0.0/8"], "ipv4");

/** True when an IP address is reachable by everybody, so that calling it gives away nothing of the network we are in. */
export function isPublicAddress(address: string): boolean {
  if (address.includes("%")) return false;
  const family = isIP(address);
  if (family === 4) return !blocked.check(address, "ipv4");
  return family === 6 && allowed6.check(address, "ipv6") && !blocked6.check(address, "ipv6");
}

export function isLoopbackAddress(address: string): boolean {
  return address === "::1" || (isIP(address) === 4 && loopback.check(address, "ipv4"));
}

function blockListOf(ranges: readonly string[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", bits] = range.split("/");
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}
