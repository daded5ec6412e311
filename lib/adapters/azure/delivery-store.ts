import type { Stored } from "../../connector/ports.ts";
import { type Attempt, attemptSchema } from "../../webhooks/delivery.ts";
import type { DeliveryStore } from "../../webhooks/ports.ts";
import { reverseUs } from "./reverse-time.ts";
import { type Row, type Table, where } from "./table.ts";

/**
 * Attempts, a partition per endpoint, row key `<event id>~<number>`: event ids are those of audit entries, so later events
 * sort first, and the attempts of one stand together.
 */
export function makeDeliveryStore(table: Table): DeliveryStore {
  return {
    async claim(webhookId, attempt) {
      const row = rowOf(webhookId, attempt);
      const tags = await table.change([{ kind: "insert", row }]);
      return tags && { value: attempt, etag: tags.get(row.rowKey) ?? "" };
    },
    async find(webhookId, eventId, number) {
      const row = await table.read(webhookId, keyOf(eventId, number));
      return row && storedOf(row);
    },
    async update(webhookId, { etag }, attempt) {
      const row = rowOf(webhookId, attempt);
      const tags = await table.change([{ kind: "replace", row, etag }]);
      return tags && { value: attempt, etag: tags.get(row.rowKey) ?? "" };
    },
    async ofEvent(webhookId, eventId) {
      const found: Attempt[] = [];
      const filter = where`PartitionKey eq ${webhookId} and RowKey gt ${`${eventId}~`} and RowKey lt ${`${eventId}~~`}`;
      for await (const row of table.query(filter)) found.push(storedOf(row).value);
      return found;
    },
    async *list(webhookId, afterId) {
      const above = afterId === undefined ? "" : `${afterId}~~`;
      for await (const row of table.query(where`PartitionKey eq ${webhookId} and RowKey gt ${above}`))
        yield storedOf(row).value;
    },
    async dropBefore(webhookId, before) {
      const filter = where`PartitionKey eq ${webhookId} and RowKey gt ${reverseUs(before)}`;
      for await (const row of table.query(filter)) await table.change([{ kind: "delete", row }]);
    },
  };
}

const keyOf = (eventId: string, number: number) => `${eventId}~${String(number).padStart(4, "0")}`;

const rowOf = (webhookId: string, attempt: Attempt) => ({
  partitionKey: webhookId,
  rowKey: keyOf(attempt.event.id, attempt.number),
  state: attempt.state,
  attempt: JSON.stringify(attempt),
});

const storedOf = (row: Row): Stored<Attempt> => ({
  value: attemptSchema.parse(JSON.parse(String(row.attempt))),
  etag: row.etag,
});
