import type { TableClient, TableEntity } from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import type { StorageSettings } from "../../settings.ts";
import { whenNeeded } from "../when-needed.ts";
import { unavailable } from "./refusal.ts";
import { applyChanges, type RowChange } from "./row-change.ts";
import { statusOf } from "./status-of.ts";
import { clientOf } from "./table-client.ts";

export type Row = TableEntity<Record<string, unknown>> & { etag: string };
/**
 * One table. A lost race (row exists, row changed, row gone) is an answer, never an error; everything else that goes wrong
 * is `upstream-unavailable`. A missing table is made when it is first written.
 */
export type Table = {
  read: (partitionKey: string, rowKey: string) => Promise<Row | undefined>;
  /** The tags of the rows by row key, or undefined when the race was lost: then nothing was changed. */
  change: (changes: readonly RowChange[]) => Promise<Map<string, string> | undefined>;
  /** Rows in key order; `filter` is built with `where`. */
  query: (filter: string, options?: QueryOptions) => AsyncIterable<Row>;
  exists: () => Promise<boolean>;
  drop: () => Promise<void>;
};

/** `rowsAtOnce`: so many are in memory, a thousand otherwise. `select`: nothing else of them is read. */
export type QueryOptions = { rowsAtOnce?: number; select?: readonly string[] };

const TIMEOUT_MS = 10_000;

/** Opens tables by name. Connection strings carry a key; addresses are used with `credential`. No two changes get the same `newId`. */
export function makeTables(storage: StorageSettings, credential: TokenCredential, newId: () => string) {
  const opened = new Map<string, Table>();
  const open = (name: string) => makeTable(() => clientOf(storage, credential, name), newId);
  return (name: string): Table => {
    const table = opened.get(name) ?? open(name);
    opened.set(name, table);
    return table;
  };
}

function makeTable(newClient: () => Promise<TableClient>, newId: () => string): Table {
  const client = whenNeeded(newClient);
  const within = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });

  async function read(partitionKey: string, rowKey: string): Promise<Row | undefined> {
    try {
      return rowOf(await (await client()).getEntity(partitionKey, rowKey, within()));
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw refused(error);
    }
  }

  /**
   * A change whose answer got lost is tried again by the SDK and then meets its own rows: the claim tells them from rows that
   * somebody else wrote, be they alike to the letter. Undefined when the race was lost indeed.
   */
  async function tagsOfOwn(changes: readonly RowChange[], claim: string): Promise<Map<string, string> | undefined> {
    if (!isClaimed(changes)) return undefined;
    const tags = new Map<string, string>();
    for (const { kind, row } of changes) {
      if (kind === "delete") continue;
      const existing = await read(row.partitionKey, row.rowKey);
      if (existing?.claim !== claim) return undefined;
      tags.set(row.rowKey, existing.etag);
    }
    return tags.size > 0 ? tags : undefined;
  }

  return {
    read,
    async change(changes) {
      const claim = newId();
      const claimed = isClaimed(changes)
        ? changes.map((change) => ({ ...change, row: { ...change.row, claim } }))
        : changes;
      for (const isSecondTry of [false, true]) {
        try {
          return await applyChanges(await client(), claimed, within());
        } catch (error) {
          if (isTableMissing(error) && !isSecondTry) await create(await client());
          else if ([404, 409, 412].includes(statusOf(error))) return tagsOfOwn(changes, claim);
          else throw refused(error);
        }
      }
      return undefined;
    },
    async *query(filter, { rowsAtOnce: maxPageSize, select } = {}) {
      const queryOptions = { filter, ...(select ? { select: [...select] } : {}) };
      let continuationToken: string | undefined;
      do {
        // A deadline for each page: whoever reads the rows may take their time.
        const pages = (await client())
          .listEntities({ queryOptions, ...within() })
          .byPage({ ...(continuationToken ? { continuationToken } : {}), ...(maxPageSize ? { maxPageSize } : {}) });
        const { value: page } = await pages.next().catch((error: unknown) => {
          if (statusOf(error) !== 404) throw refused(error);
          return { value: undefined };
        });
        for (const entity of page ?? []) yield rowOf(entity);
        continuationToken = page?.continuationToken;
      } while (continuationToken);
    },
    async exists() {
      try {
        await (await client())
          .listEntities({ queryOptions: { filter: where`PartitionKey eq ${""}` }, ...within() })
          .next();
        return true;
      } catch (error) {
        if (statusOf(error) === 404) return false;
        throw refused(error);
      }
    },
    async drop() {
      try {
        await (await client()).deleteTable(within());
      } catch (error) {
        if (statusOf(error) !== 404) throw refused(error);
      }
    },
  };
}

/** Which rows carry the `claim` of their change: a row inserted alone is known by a key that nobody else makes up. */
const isClaimed = (changes: readonly RowChange[]) => changes.length > 1 || changes[0]?.kind === "replace";

async function create(client: TableClient): Promise<void> {
  try {
    await client.createTable({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw refused(error);
  }
}

const rowOf = (entity: { etag?: string } & Record<string, unknown>) => entity as Row;

type Details = { odataError?: { code?: string } };

function isTableMissing(error: unknown): boolean {
  if (statusOf(error) !== 404) return false;
  const { code, details, message } = error as { code?: string; details?: Details; message: string };
  return [code, details?.odataError?.code].includes("TableNotFound") || /TableNotFound/.test(message);
}

const refused = (error: unknown) =>
  unavailable(error, {
    forbidden: "The storage account refuses this app. Give its identity the role Storage Table Data Contributor",
    silent: "The storage account does not answer.",
    forbiddenRetrySeconds: 30,
  });

/** A condition on strings: each is quoted, and what is a quote in it is doubled (OData 4.01 URL conventions, section 5.1.1.14.1). */
export function where(strings: TemplateStringsArray, ...values: string[]): string {
  return String.raw({ raw: strings }, ...values.map((value) => `'${value.replaceAll("'", "''")}'`));
}
