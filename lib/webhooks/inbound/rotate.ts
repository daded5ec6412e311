import type { Principal } from "../../access/principal.ts";
import type { Audit } from "../../audit/record.ts";
import { AppError } from "../../errors.ts";
import { audited } from "../audited.ts";
import type { WebhookVault } from "../ports.ts";
import { makeRenewSecret } from "../renew-secret.ts";
import { findSource } from "./change.ts";
import type { KnownSources } from "./known-sources.ts";
import type { SourceStore } from "./ports.ts";
import { type Source, type SourceView, viewOfSource } from "./source.ts";

type Deps = {
  store: SourceStore;
  known: KnownSources;
  vault: WebhookVault;
  audit: Audit;
  now: () => Date;
  newId: () => string;
  newSecret: () => string;
};

/** Gives a source a new secret, answered here and never again. For a day messages signed by the old one are taken, too. */
export function makeRotateSourceSecret(deps: Deps) {
  const { known, audit } = deps;
  const renew = makeRenewSecret<Source>("in", deps);
  return async (principal: Principal, id: string, correlationId: string): Promise<SourceView & { secret: string }> => {
    const stored = await findSource(deps, id);
    return audited(audit, { principal, action: "inbound.rotate", correlationId, webhookId: id }, async () => {
      const renewed = await renew(stored);
      known.forget();
      if (!renewed)
        throw new AppError("source-changed", "Somebody else changed the source at the same time. Try again.");
      return { answer: { ...viewOfSource(renewed.holder), secret: renewed.secret } };
    });
  };
}
