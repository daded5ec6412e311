import { auditEntrySchema } from "../../audit/entry.ts";
import type { PeopleStore, Person } from "../../audit/ports.ts";
import { type Row, type Table, where } from "./table.ts";

const PARTITION = "person";

/** People's salts, a row each. Keys are base64url: an id may hold what a key may not. */
export function makePeopleStore(table: Table): PeopleStore {
  return {
    async find(id) {
      const row = await table.read(PARTITION, keyOf(id));
      return row && personOf(row);
    },
    async add(person) {
      return (await table.change([{ kind: "insert", row: rowOf(person) }])) !== undefined;
    },
    async update(person) {
      const tags = await table.change([{ kind: "replace", row: rowOf(person), etag: person.etag }]);
      return tags && { ...person, etag: tags.get(keyOf(person.id)) ?? "" };
    },
    async remove(person) {
      return (await table.change([{ kind: "delete", row: rowOf(person), etag: person.etag }])) !== undefined;
    },
    async *all() {
      for await (const row of table.query(where`PartitionKey eq ${PARTITION}`)) yield personOf(row);
    },
  };
}

const keyOf = (id: string) => Buffer.from(id).toString("base64url");

const rowOf = ({ id, salt, usedIn, erasure }: Omit<Person, "etag">) => ({
  partitionKey: PARTITION,
  rowKey: keyOf(id),
  salt,
  usedIn,
  ...(erasure ? { erasure: JSON.stringify(erasure) } : {}),
});

const personOf = ({ rowKey, salt, usedIn, erasure, etag }: Row): Person => ({
  id: Buffer.from(rowKey, "base64url").toString(),
  salt: String(salt),
  usedIn: String(usedIn),
  ...(erasure ? { erasure: auditEntrySchema.parse(JSON.parse(String(erasure))) } : {}),
  etag,
});
