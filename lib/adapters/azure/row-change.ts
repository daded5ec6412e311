import type { TableClient, TableEntity, TransactionAction } from "@azure/data-tables";

export type NewRow = TableEntity<Record<string, unknown>>;

/** A change within one partition; `etag` makes it conditional. */
export type RowChange =
  | { kind: "insert"; row: NewRow }
  | { kind: "upsert"; row: NewRow }
  | { kind: "replace"; row: NewRow; etag: string }
  | { kind: "delete"; row: NewRow; etag?: string }; // with `etag` only as the one change

/** Makes all changes or none; answers the tags of the rows by row key. */
export async function applyChanges(
  client: TableClient,
  changes: readonly RowChange[],
  within: { abortSignal: AbortSignal },
): Promise<Map<string, string>> {
  const [only] = changes;
  if (changes.length === 1 && only) return new Map([[only.row.rowKey, await applyOne(client, only, within)]]);
  const answer = await client.submitTransaction(changes.map(actionOf), within);
  // By position: the service names the row in its answer to an insert only, not to an update.
  return new Map(changes.map(({ row }, index) => [row.rowKey, answer.subResponses[index]?.etag ?? ""]));
}

async function applyOne(client: TableClient, change: RowChange, within: { abortSignal: AbortSignal }): Promise<string> {
  if (change.kind === "insert") return (await client.createEntity(change.row, within)).etag ?? "";
  if (change.kind === "upsert") return (await client.upsertEntity(change.row, "Replace", within)).etag ?? "";
  if (change.kind === "replace")
    return (await client.updateEntity(change.row, "Replace", { etag: change.etag, ...within })).etag ?? "";
  await client.deleteEntity(change.row.partitionKey, change.row.rowKey, { etag: change.etag ?? "*", ...within });
  return "";
}

function actionOf(change: RowChange): TransactionAction {
  if (change.kind === "insert") return ["create", change.row];
  if (change.kind === "upsert") return ["upsert", change.row, "Replace"];
  if (change.kind === "replace") return ["update", change.row, "Replace", { etag: change.etag }];
  // The SDK sends deletes of a transaction with `If-Match: *`, whatever they name.
  if (change.etag) throw new Error("A conditional delete must stand alone");
  return ["delete", change.row];
}
