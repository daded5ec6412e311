import { createHash } from "node:crypto";
import { AppError } from "../errors.ts";
import { CONSENT_MS, consentIdOf } from "./consent.ts";
import type { ConsentStore, Seal, TeamViewerGrants } from "./ports.ts";

type Deps = {
  consents: ConsentStore;
  seal: Seal;
  grants: TeamViewerGrants;
  now: () => Date;
  randomText: () => string;
};

/** Spends the ticket and binds the consent to this browser: answers where to go and the sealed cookie to take along. */
export function makeStart({ consents, seal, grants, now, randomText }: Deps) {
  const refused = new AppError(
    "consent-expired",
    "This link was used before or is over. Start again from the connector page.",
  );
  return async (ticket: string): Promise<{ location: string; cookie: string; cookieSeconds: number }> => {
    const opened = await seal.open("ticket", ticket);
    if (typeof opened?.state !== "string") throw refused;
    const { state } = opened;
    const id = consentIdOf(state);
    const stored = await consents.find(id);
    if (stored?.value.status !== "pending" || stored.value.expiresAt <= now().toISOString()) throw refused;

    const nonce = randomText();
    const nonceHash = createHash("sha256").update(nonce).digest("hex");
    const started = await consents.update(stored, { ...stored.value, status: "started", nonceHash });
    if (!started) throw refused;

    // The callback need not read what it is about to use up: it knows the row, and which version of it, from here.
    const row = { consent: JSON.stringify(started.value), etag: started.etag };
    const cookie = await seal.close("cookie", { id, nonce, ...row }, CONSENT_MS);
    return { location: grants.authorizeUrl(state), cookie, cookieSeconds: CONSENT_MS / 1000 };
  };
}
