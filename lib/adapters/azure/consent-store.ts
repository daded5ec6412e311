import { consentSchema } from "../../connector/consent.ts";
import type { ConsentStore } from "../../connector/ports.ts";
import type { Table } from "./table.ts";

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
      return row && { value: consentSchema.parse(JSON.parse(String(row.consent))), etag: row.etag };
    },
    async update({ etag }, consent) {
      const row = { partitionKey: PARTITION, rowKey: consent.id, consent: JSON.stringify(consent) };
      const tags = await table.change([{ kind: "replace", row, etag }]);
      return tags && { value: consent, etag: tags.get(consent.id) ?? "" };
    },
  };
}
