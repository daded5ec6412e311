import { createHash } from "node:crypto";
import type { Principal } from "../../access/principal.ts";

const KEPT_MS = 60_000;
const MOST = 1_000;

type Verified = { principal: Principal; untilMs: number };

/**
 * Whose the tokens are that were verified within the last minute, so that a burst of requests with one token has its signature
 * checked once. Tokens are known by their SHA-256, and none beyond its own end; of a thousand the oldest goes.
 */
export function makeVerifiedTokens(now: () => Date) {
  const known = new Map<string, Verified>();
  return {
    principalOf(token: string): Principal | undefined {
      const verified = known.get(hashOf(token));
      return verified && now().getTime() < verified.untilMs ? verified.principal : undefined;
    },
    /** `expiresAt` in seconds, as the claim `exp` has it (RFC 7519 section 4.1.4). */
    add(token: string, principal: Principal, expiresAt: number): void {
      const hash = hashOf(token);
      known.delete(hash);
      known.set(hash, { principal, untilMs: Math.min(now().getTime() + KEPT_MS, expiresAt * 1000) });
      const [oldest] = known.keys();
      if (known.size > MOST && oldest) known.delete(oldest);
    },
  };
}

const hashOf = (token: string) => createHash("sha256").update(token).digest("base64");
