import type { Stored } from "../../connector/ports.ts";
import type { WebhookStore } from "../../webhooks/ports.ts";
import { type Webhook, webhookSchema } from "../../webhooks/webhook.ts";
import { type Row, type Table, where } from "./table.ts";

const PARTITION = "webhook";

/** Webhook endpoints in one partition, so that one call reads them all. */
export function makeWebhookStore(table: Table): WebhookStore {
  return {
    async list() {
      const found: Stored<Webhook>[] = [];
      for await (const row of table.query(where`PartitionKey eq ${PARTITION}`)) found.push(storedOf(row));
      return found;
    },
    async find(id) {
      const row = await table.read(PARTITION, id);
      return row && storedOf(row);
    },
    async add(webhook) {
      const tags = await table.change([{ kind: "insert", row: rowOf(webhook) }]);
      return tags && { value: webhook, etag: tags.get(webhook.id) ?? "" };
    },
    async update({ etag }, webhook) {
      const tags = await table.change([{ kind: "replace", row: rowOf(webhook), etag }]);
      return tags && { value: webhook, etag: tags.get(webhook.id) ?? "" };
    },
    async remove({ value, etag }) {
      await table.change([{ kind: "delete", row: { partitionKey: PARTITION, rowKey: value.id }, etag }]);
    },
  };
}

const rowOf = (webhook: Webhook) => ({
  partitionKey: PARTITION,
  rowKey: webhook.id,
  status: webhook.status,
  webhook: JSON.stringify(webhook),
});

const storedOf = (row: Row): Stored<Webhook> => ({
  value: webhookSchema.parse(JSON.parse(String(row.webhook))),
  etag: row.etag,
});
