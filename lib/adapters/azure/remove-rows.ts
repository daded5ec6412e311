import type { NewRow } from "./row-change.ts";
import type { Table } from "./table.ts";

const MOST_CHANGES = 100;

/** Deletes rows, whatever they hold by now, a hundred of a partition at once. Rows that are gone are no error. */
export async function removeRows(table: Table, rows: readonly NewRow[]): Promise<void> {
  const partitions = Map.groupBy(rows, ({ partitionKey }) => partitionKey);
  const remove = async (some: readonly NewRow[]) => {
    const isDone = await table.change(some.map((row) => ({ kind: "delete", row })));
    // One that is gone keeps the others.
    if (!isDone && some.length > 1) await Promise.all(some.map((row) => table.change([{ kind: "delete", row }])));
  };
  const inTurn = async (all: readonly NewRow[]) => {
    for (let start = 0; start < all.length; start += MOST_CHANGES) await remove(all.slice(start, start + MOST_CHANGES));
  };
  await Promise.all([...partitions.values()].map(inTurn));
}
