import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/record.ts";
import { AppError } from "../errors.ts";
import { CONSENT_MS, consentIdOf, TICKET_MS } from "./consent.ts";
import type { ConsentStore, Seal } from "./ports.ts";

type Deps = {
  consents: ConsentStore;
  seal: Seal;
  audit: Audit;
  now: () => Date;
  randomText: () => string;
  publicUrl: string;
  terms: { version: string; url: string };
};

/** An administrator accepts the terms and gets a link that opens TeamViewer's consent page; the link works once, for a minute. */
export function makeEnable({ consents, seal, audit, now, randomText, publicUrl, terms }: Deps) {
  return async (principal: Principal, termsVersion: string, correlationId: string) => {
    if (termsVersion !== terms.version) {
      throw new AppError(
        "invalid-request",
        `The terms in force are version ${terms.version} (${terms.url}). Read and accept those.`,
      );
    }
    const subject = {
      actor: { id: principal.id, kind: principal.kind },
      action: "connector.enable",
      correlationId,
    } as const;
    await audit.intent(subject);

    const state = randomText();
    const requestedAt = now();
    const consent = {
      id: consentIdOf(state),
      status: "pending" as const,
      requestedBy: principal.id,
      requestedByKind: principal.kind,
      termsVersion,
      requestedAt: requestedAt.toISOString(),
      expiresAt: new Date(requestedAt.getTime() + CONSENT_MS).toISOString(),
    };
    const ticket = await seal.close("ticket", { state }, TICKET_MS);
    await consents.add(consent);

    await audit.outcome(subject, { result: "success", reason: `terms version ${termsVersion}` });
    const startUrl = `${publicUrl}/api/connector/start?ticket=${ticket}`;
    return { id: consent.id, startUrl, expiresAt: consent.expiresAt };
  };
}
