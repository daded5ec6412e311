import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { LookupFunction } from "node:net";

/** Connects to one of these addresses, whatever the name in `url` leads to by now. */
export function agentTo(url: string, addresses: readonly string[]): HttpAgent {
  const lookup = pinnedTo(addresses);
  return url.startsWith("https:") ? new HttpsAgent({ lookup }) : new HttpAgent({ lookup });
}

/**
 * A lookup that knows the checked addresses and asks nobody. It answers later, as DNS does: a connection that the system
 * refuses at once (no route to IPv6, say) would fail before anybody listens to its socket, and end the process.
 */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return (_name, { all: wantsAll }, done) => {
    const [first = { address: "", family: 4 }] = all;
    setImmediate(() => (wantsAll ? done(null, all) : done(null, first.address, first.family)));
  };
}
