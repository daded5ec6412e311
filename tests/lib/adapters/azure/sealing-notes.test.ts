import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeLateEntries, makeSealProgress, notingLateEntries } from "../../../../lib/adapters/azure/sealing-notes.ts";
import type { Table } from "../../../../lib/adapters/azure/table.ts";
import { makeMemoryTables } from "../../../memory/table.ts";
import { type AuditInMemory, anEntry, minute, startAudit } from "../../audit/an-audit.ts";

let audit: AuditInMemory;
let table: Table;
beforeEach(() => {
  audit = startAudit();
  table = makeMemoryTables().open("seals");
});

const log = (change: Partial<AuditInMemory["auditLog"]> = {}) =>
  notingLateEntries({ ...audit.auditLog, ...change }, table, audit.now);
const notes = () => makeLateEntries(table).list();

describe("An entry that is written", () => {
  test("within five minutes of its time needs no note", async () => {
    audit.setClock(5);
    await log().append(anEntry(0));
    expect([audit.entries.size, await notes()]).toEqual([1, []]);
  });

  test("later than that is noted with its time and the time of writing, until it is settled", async () => {
    audit.setClock(5.001);
    const entry = anEntry(0);
    await log().append(entry);
    await log().append(entry);
    await log().append(anEntry(-1));
    const writtenAt = minute(5.001).toISOString();
    const other = { id: anEntry(-1).id, at: anEntry(-1).at, writtenAt };
    expect(await notes()).toEqual([{ id: entry.id, at: entry.at, writtenAt }, other]);
    expect(audit.entries.size).toBe(2);
    await makeLateEntries(table).settle(entry.id);
    expect(await notes()).toEqual([other]);
    await expect(makeLateEntries(table).settle(entry.id)).resolves.toBeUndefined();
  });

  test("late is noted before it is there: no sealer can miss it", async () => {
    audit.setClock(60);
    const append = async () => {
      throw new Error("the table is away");
    };
    await expect(log({ append }).append(anEntry(0))).rejects.toThrow("away");
    expect(await notes()).toHaveLength(1);
  });

  test("is read as ever", () => {
    expect(log().read).toBe(audit.auditLog.read);
  });
});

test("how far sealing is is kept beside the notes, and moves on", async () => {
  const progress = makeSealProgress(table);
  expect(await progress.read()).toBeUndefined();
  for (const to of [minute(1), minute(2)]) {
    await progress.write({ to });
    expect(await makeSealProgress(table).read()).toEqual({ to });
  }
  expect(await notes()).toEqual([]);
});
