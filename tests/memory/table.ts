import type { NewRow, RowChange } from "../../lib/adapters/azure/row-change.ts";
import type { Row, Table } from "../../lib/adapters/azure/table.ts";
import { AppError } from "../../lib/errors.ts";
import { isFitting, readFilter } from "./filter.ts";

/** One table's rows, by partition and row key. */
type Partitions = Map<string, Map<string, Row>>;

/** Tables in memory that behave like Azure's, as `tests/lib/adapters/azure/table.test.ts` shows for both. */
export type MemoryTables = {
  open: (name: string) => Table;
  /** What a table holds, looked at from outside. */
  rows: (name: string) => Row[];
};

const PAGE_ROWS = 1000;
const MAX_CHANGES = 100;

export function makeMemoryTables(): MemoryTables {
  const tables = new Map<string, Partitions>();
  let changes = 0;
  const newTag = () => {
    changes += 1;
    return `W/"${changes}"`;
  };
  const find = (name: string, { partitionKey, rowKey }: { partitionKey: string; rowKey: string }) =>
    tables.get(name)?.get(partitionKey)?.get(rowKey);

  function put(name: string, row: NewRow): string {
    const etag = newTag();
    const partitions = tables.get(name) ?? new Map<string, Map<string, Row>>();
    const partition = partitions.get(row.partitionKey) ?? new Map<string, Row>();
    tables.set(name, partitions.set(row.partitionKey, partition));
    partition.set(row.rowKey, { ...row, etag });
    return etag;
  }

  function mayApply(name: string, change: RowChange): boolean {
    const row = find(name, change.row);
    if (change.kind === "insert") return row === undefined;
    if (change.kind === "upsert") return true;
    return row !== undefined && (change.etag === undefined || change.etag === row.etag);
  }

  function apply(name: string, change: RowChange): string {
    if (change.kind !== "delete") return put(name, change.row);
    tables.get(name)?.get(change.row.partitionKey)?.delete(change.row.rowKey);
    return "";
  }

  const open = (name: string): Table => ({
    async read(partitionKey, rowKey) {
      const row = find(name, { partitionKey, rowKey });
      return row && { ...row };
    },
    async change(changes) {
      refuseBadTransaction(changes);
      if (!tables.has(name)) tables.set(name, new Map());
      if (!changes.every((change) => mayApply(name, change))) return undefined;
      return new Map(changes.map((change) => [change.row.rowKey, apply(name, change)]));
    },
    async *query(text) {
      const filter = readFilter(text);
      let after: Row | undefined;
      for (;;) {
        const rest = sorted(tables.get(name), filter).filter((row) => !after || isAfter(row, after));
        const page = rest.slice(0, PAGE_ROWS).map((row) => ({ ...row }));
        yield* page;
        if (rest.length <= PAGE_ROWS) return;
        after = page.at(-1);
      }
    },
    exists: async () => tables.has(name),
    drop: async () => void tables.delete(name),
  });

  return { open, rows: (name) => sorted(tables.get(name), []) };
}

/** Entity group transactions: learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions. */
function refuseBadTransaction(changes: readonly RowChange[]) {
  const keys = changes.map(({ row }) => row.rowKey);
  const isBad =
    changes.length > MAX_CHANGES ||
    new Set(keys).size !== keys.length ||
    new Set(changes.map(({ row }) => row.partitionKey)).size > 1 ||
    (changes.length > 1 && changes.some((change) => change.kind === "delete" && change.etag));
  if (isBad)
    throw new AppError("upstream-unavailable", "The service refuses such a transaction.", { retryAfterSeconds: 30 });
}

function sorted(partitions: Partitions | undefined, filter: ReturnType<typeof readFilter>): Row[] {
  const comparisons = filter.flatMap((each) => ("anyOf" in each ? [] : [each]));
  const asked = comparisons.find(({ name, operator }) => name === "PartitionKey" && operator === "eq")?.value;
  const looked = asked === undefined ? [...(partitions?.values() ?? [])] : [partitions?.get(asked)];
  const rows = looked.flatMap((partition) => [...(partition?.values() ?? [])]);
  return rows.filter((row) => isFitting(row, filter)).sort((a, b) => (isAfter(a, b) ? 1 : -1));
}

const isAfter = (a: Row, b: Row) =>
  a.partitionKey === b.partitionKey ? a.rowKey > b.rowKey : a.partitionKey > b.partitionKey;
