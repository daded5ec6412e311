import type { Principal } from "../../access/principal.ts";
import type { Audit } from "../../audit/record.ts";
import { sourceNotFound } from "../../errors.ts";
import { audited } from "../audited.ts";
import { findSource } from "./change.ts";
import type { KnownSources } from "./known-sources.ts";
import type { SourceStore } from "./ports.ts";
import { type SourceView, viewOfSource } from "./source.ts";

type Deps = { store: SourceStore; known: KnownSources; audit: Audit };

/** Deletes a source: nothing of it is taken any more, and its name is free. Its secret and its messages are removed by the timer. */
export function makeDeleteSource(deps: Deps) {
  const { store, known, audit } = deps;
  return async (principal: Principal, id: string, correlationId: string): Promise<SourceView> => {
    await findSource(deps, id);
    const asked = { principal, action: "inbound.delete", correlationId, webhookId: id } as const;
    return audited(audit, asked, async () => {
      const buried = await store.bury(await findSource(deps, id));
      known.forget();
      if (!buried) throw sourceNotFound();
      return { answer: viewOfSource(buried.value) };
    });
  };
}
