import { type Consent, consentSchema } from "../../connector/consent.ts";
import type { ConsentStore, Stored } from "../../connector/ports.ts";
import { type Row, type Table, where } from "./table.ts";

const PARTITION = "consent";

/** Consents by the hash of their state. */
export function makeConsentStore(table: Table): ConsentStore {
  return {
    async add(consent) {
      await table.change([
        { kind: "insert", row: { partitionKey: PARTITION, rowKey: consent.id, consent: JSON.stringify(consent) } },
      ]);
    },
    async find(id) {
      const row = await table.read(PARTITION, id);
      return row && storedOf(row);
    },
    async list() {
      const found: Stored<Consent>[] = [];
      for await (const row of table.query(where`PartitionKey eq ${PARTITION}`)) found.push(storedOf(row));
      return found;
    },
    async remove({ value, etag }) {
      await table.change([{ kind: "delete", row: { partitionKey: PARTITION, rowKey: value.id }, etag }]);
    },
    async update({ etag }, consent) {
      const row = { partitionKey: PARTITION, rowKey: consent.id, consent: JSON.stringify(consent) };
      const tags = await table.change([{ kind: "replace", row, etag }]);
      return tags && { value: consent, etag: tags.get(consent.id) ?? "" };
    },
  };
}

const storedOf = (row: Row): Stored<Consent> => ({
  value: consentSchema.parse(JSON.parse(String(row.consent))),
  etag: row.etag,
});
