import { pageNotOurs } from "../errors.ts";
import type { AuditEntry } from "./entry.ts";
import { auditIdPattern, keptFrom } from "./id.ts";
import type { AuditLog, AuditQuery } from "./ports.ts";

type Deps = { auditLog: AuditLog; now: () => Date; auditRetentionMonths: number };
type Filter = Partial<AuditQuery>;
type AuditPage = { value: AuditEntry[]; nextPage?: string };

/** The audit, newest first: a page of it, or all that fits one after another. The range defaults to all that is kept. */
export function makeListAudit({ auditLog, now, auditRetentionMonths }: Deps) {
  const queryOf = (filter: Filter): AuditQuery => {
    // Nothing stands after now (but for clocks that differ), so no day after it is looked at.
    const latest = new Date(now().getTime() + 60_000);
    const to = filter.to && filter.to < latest ? filter.to : latest;
    const oldest = keptFrom(now(), auditRetentionMonths);
    const from = filter.from && filter.from > oldest ? filter.from : oldest;
    return { ...filter, from, to };
  };

  return {
    all: (filter: Filter): AsyncIterable<AuditEntry> => auditLog.read(queryOf(filter)),
    async page(filter: Filter, { top, page }: { top: number; page?: string | undefined }): Promise<AuditPage> {
      const value: AuditEntry[] = [];
      for await (const entry of auditLog.read(queryOf(filter), checkedPage(page))) {
        if (value.length === top) return { value, nextPage: value.at(-1)?.id ?? "" };
        value.push(entry);
      }
      return { value };
    },
  };
}

/** A page is the id of the last entry seen. */
function checkedPage(page: string | undefined): string | undefined {
  if (page === undefined || auditIdPattern.test(page)) return page;
  throw pageNotOurs();
}
