import { createHash } from "node:crypto";
import type { Stored } from "../../connector/ports.ts";
import { type InboundRecord, recordSchema } from "../../webhooks/inbound/message.ts";
import type { RecordStore } from "../../webhooks/inbound/ports.ts";
import type { RowChange } from "./row-change.ts";
import { type Row, type Table, where } from "./table.ts";

/**
 * What sources sent, a partition per source: `message~<hash of the webhook-id>`, and `ticket~<hash of the ticket>~<session id>`
 * for each session of a ticket. Hashes, because keys take neither every character nor every length.
 */
export function makeRecordStore(table: Table): RecordStore {
  return {
    async find(sourceId, messageId) {
      const row = await table.read(sourceId, messageKey(messageId));
      return row && storedOf(row);
    },
    async add(sourceId, messageId, record, filed) {
      const row = rowOf(sourceId, messageId, record);
      const changes: RowChange[] = [{ kind: "insert", row }];
      if (filed) {
        const rowKey = `${ticketKey(filed.ticket)}${filed.sessionId}`;
        changes.push({ kind: "upsert", row: { partitionKey: sourceId, rowKey, at: record.at } });
      }
      const tags = await table.change(changes);
      return tags && { value: record, etag: tags.get(row.rowKey) ?? "" };
    },
    async settle(sourceId, messageId, { value, etag }) {
      await table.change([{ kind: "replace", row: rowOf(sourceId, messageId, { ...value, isDone: true }), etag }]);
    },
    async sessionsOf(sourceId, ticket) {
      const key = ticketKey(ticket);
      const found: string[] = [];
      const filter = where`PartitionKey eq ${sourceId} and RowKey gt ${key} and RowKey lt ${`${key}~`}`;
      for await (const { rowKey } of table.query(filter)) found.push(rowKey.slice(key.length));
      return found;
    },
    async dropBefore(sourceId, { records, filed }) {
      for (const [kind, before] of [
        ["message", records],
        ["ticket", filed],
      ] as const) {
        const filter = where`PartitionKey eq ${sourceId} and RowKey gt ${`${kind}~`} and RowKey lt ${`${kind}~~`} and at lt ${before.toISOString()}`;
        for await (const row of table.query(filter)) await table.change([{ kind: "delete", row }]);
      }
    },
  };
}

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const messageKey = (messageId: string) => `message~${hash(messageId)}`;
const ticketKey = (ticket: string) => `ticket~${hash(ticket)}~`;

const rowOf = (sourceId: string, messageId: string, record: InboundRecord) => ({
  partitionKey: sourceId,
  rowKey: messageKey(messageId),
  at: record.at,
  record: JSON.stringify(record),
});

const storedOf = (row: Row): Stored<InboundRecord> => ({
  value: recordSchema.parse(JSON.parse(String(row.record))),
  etag: row.etag,
});
