import type { Principal } from "../../access/principal.ts";
import type { Audit } from "../../audit/record.ts";
import { audited } from "../audited.ts";
import { changeSource, findSource } from "./change.ts";
import type { KnownSources } from "./known-sources.ts";
import type { SourceStore } from "./ports.ts";
import { type Source, type SourceChange, type SourceView, viewOfSource } from "./source.ts";

type Deps = { store: SourceStore; known: KnownSources; audit: Audit };

/** Changes, pauses or resumes a source. */
export function makeUpdateSource(deps: Deps) {
  return async (principal: Principal, id: string, change: SourceChange, correlationId: string): Promise<SourceView> => {
    await findSource(deps, id);
    const asked = { principal, action: "inbound.update", correlationId, webhookId: id } as const;
    return audited(deps.audit, asked, async () => {
      const source = await changeSource(deps, id, (before) => changed(before, change));
      return { answer: viewOfSource(source), ...(source.paused ? { word: "paused" } : {}) };
    });
  };
}

/** The source after `change`. */
export function changed(source: Source, { description, rights, mapping, paused }: SourceChange): Source {
  const { mapping: before, ...rest } = source;
  const after = mapping === undefined ? before : mapping;
  return {
    ...rest,
    ...(description === undefined ? {} : { description }),
    ...(rights ? { rights: [...new Set(rights)] } : {}),
    ...(after ? { mapping: after } : {}),
    ...(paused === undefined ? {} : { paused }),
  };
}
