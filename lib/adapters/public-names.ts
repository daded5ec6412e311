import { Resolver } from "node:dns/promises";

/** Every address of a name; none when nobody knows it. */
export type Resolve = (name: string) => Promise<string[]>;

/** Names of this machine without asking anybody (RFC 6761 section 6.3); others by DNS alone, which blocks no thread of this process. */
export const makeResolve =
  (makeResolver = () => new Resolver({ timeout: 3_000, tries: 2 })): Resolve =>
  async (name) => {
    if (name === "localhost" || name.endsWith(".localhost") || name === "127.0.0.1") return ["127.0.0.1"];
    if (name === "::1") return ["::1"];
    const resolver = makeResolver();
    const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    return found.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
  };
