import type { Stored } from "../../connector/ports.ts";
import type { SourceStore } from "../../webhooks/inbound/ports.ts";
import { type Source, sourceSchema } from "../../webhooks/inbound/source.ts";
import { type Row, type Table, where } from "./table.ts";

const PARTITION = "source";

/** Sources in one partition by their names, so that adding one takes its name; a deleted one stands under its id. */
export function makeSourceStore(table: Table): SourceStore {
  return {
    async list() {
      const found: Stored<Source>[] = [];
      for await (const row of table.query(where`PartitionKey eq ${PARTITION}`)) found.push(storedOf(row));
      return found;
    },
    async add(source) {
      const row = rowOf(source);
      const tags = await table.change([{ kind: "insert", row }]);
      return tags && { value: source, etag: tags.get(row.rowKey) ?? "" };
    },
    async update({ etag }, source) {
      const row = rowOf(source);
      const tags = await table.change([{ kind: "replace", row, etag }]);
      return tags && { value: source, etag: tags.get(row.rowKey) ?? "" };
    },
    async bury({ value }) {
      const buried = { ...value, isDeleted: true };
      const row = rowOf(buried);
      const tags = await table.change([
        { kind: "delete", row: { partitionKey: PARTITION, rowKey: value.name } },
        { kind: "insert", row },
      ]);
      return tags && { value: buried, etag: tags.get(row.rowKey) ?? "" };
    },
    async remove({ value, etag }) {
      await table.change([{ kind: "delete", row: rowOf(value), etag }]);
    },
  };
}

const rowOf = (source: Source) => ({
  partitionKey: PARTITION,
  rowKey: source.isDeleted ? `~${source.id}` : source.name,
  source: JSON.stringify(source),
});

const storedOf = (row: Row): Stored<Source> => ({
  value: sourceSchema.parse(JSON.parse(String(row.source))),
  etag: row.etag,
});
