import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { makeResolve } from "../../../lib/adapters/public-names.ts";

const [A, AAAA] = [1, 28];
const dns = createSocket("udp4");
const asked: string[] = [];
let resolve: ReturnType<typeof makeResolve>;

/** What the name server knows: name -> type of record -> addresses as bytes. */
const zone: Record<string, Record<number, number[][]>> = {
  "both.example": {
    [A]: [
      [93, 184, 216, 34],
      [10, 0, 0, 1],
    ],
    [AAAA]: [[0x20, 0x01, ...Array<number>(13).fill(0), 1]],
  },
  "four.example": { [A]: [[93, 184, 216, 34]] },
  "six.example": { [AAAA]: [[0x20, 0x01, ...Array<number>(13).fill(0), 1]] },
};

/** An answer of DNS (RFC 1035 section 4): the question again, then its records; a name that is not there is NXDOMAIN. */
function answerTo(query: Buffer): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("ascii", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const [name, type, end] = [labels.join("."), query.readUInt16BE(at + 1), at + 5];
  asked.push(`${name} ${type === A ? "A" : "AAAA"}`);
  const records = zone[name]?.[type] ?? [];
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(name in zone ? 0x8180 : 0x8183, 2);
  for (const [offset, count] of [records.length, 0, 0].entries()) header.writeUInt16BE(count, 6 + 2 * offset);
  const encoded = records.map((bytes) =>
    Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes]),
  );
  return Buffer.concat([header, query.subarray(12, end), ...encoded]);
}

beforeAll(async () => {
  dns.on("message", (query, { port, address }) => dns.send(answerTo(query), port, address));
  dns.bind(0, "127.0.0.1");
  await once(dns, "listening");
  resolve = makeResolve(() => {
    const resolver = new Resolver({ timeout: 500, tries: 1 });
    resolver.setServers([`127.0.0.1:${dns.address().port}`]);
    return resolver;
  });
});

afterAll(() => void dns.close());

test.each([
  ["both.example", ["93.184.216.34", "10.0.0.1", "2001::1"]],
  ["four.example", ["93.184.216.34"]],
  ["six.example", ["2001::1"]],
  ["nobody.example", []],
  ["notlocalhost", []],
  ["localhost.example", []],
])("%s is asked for by DNS, and all of its addresses are told: %j", async (name, addresses) => {
  asked.splice(0);
  expect(await resolve(name)).toEqual(addresses);
  expect(asked.sort()).toEqual([`${name} A`, `${name} AAAA`]);
});

test.each([
  ["localhost", "127.0.0.1"],
  ["hook.localhost", "127.0.0.1"],
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "::1"],
])("%s is this machine (%s), and nobody is asked", async (name, address) => {
  asked.splice(0);
  expect(await resolve(name)).toEqual([address]);
  expect(asked).toEqual([]);
});
