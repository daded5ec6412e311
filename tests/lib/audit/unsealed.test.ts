import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Seal } from "../../../lib/audit/seal.ts";
import { lateBefore, overlapping, sealedSince, stragglersIn, unsealedIn } from "../../../lib/audit/unsealed.ts";
import { type AuditInMemory, anEntry, idAt, minute, START, startAudit } from "./an-audit.ts";

let audit: AuditInMemory;
beforeEach(() => {
  audit = startAudit();
});

const ids = (entries: { id: string }[]) => entries.map(({ id }) => id);

test("a quarter of an hour before the last seal's end is looked through again", () => {
  expect(overlapping(START)).toEqual(new Date("2026-11-22T09:45:00.000Z"));
});

describe("What is sealed since a time", () => {
  const sealUntil = (to: number, ...minutes: number[]) =>
    ({ to: minute(to).toISOString(), leaves: minutes.map((at) => ({ id: idAt(minute(at)), hash: "" })) }) as Seal;
  const seals = [sealUntil(30, 25, 21), sealUntil(20, 15), sealUntil(10, 5), sealUntil(0, -5)];

  /** The ids found, and how many seals were read for it. */
  async function since(at: Date) {
    let read = 0;
    const chain = {
      ...audit.chain,
      async *newestFirst() {
        for (const seal of seals) {
          read += 1;
          yield seal;
        }
      },
    };
    return { ids: [...(await sealedSince(chain, at))], read };
  }

  test("stands in the seals that end after it, and no more are read than one before", async () => {
    expect(await since(minute(15))).toEqual({ ids: [25, 21, 15, 5].map((at) => idAt(minute(at))), read: 3 });
    expect(await since(minute(20))).toEqual({ ids: [25, 21, 15].map((at) => idAt(minute(at))), read: 2 });
  });

  test("is what the last seal holds in any case, and all there is when all is younger", async () => {
    expect(await since(minute(60))).toEqual({ ids: [25, 21].map((at) => idAt(minute(at))), read: 1 });
    expect((await since(minute(-60))).read).toBe(4);
  });
});

describe("Entries that are not sealed", () => {
  beforeEach(() => audit.write(...[0, 1, 2, 3].map((at) => anEntry(at))));
  const range = { from: minute(0), to: minute(10) };

  test("come newest first, without those that are", async () => {
    const found = await unsealedIn(audit, range, new Set([idAt(minute(2))]), 10);
    expect(ids(found)).toEqual([3, 1, 0].map((at) => idAt(minute(at))));
  });

  test("come as many as were asked for", async () => {
    expect(ids(await unsealedIn(audit, range, new Set(), 2))).toEqual([3, 2].map((at) => idAt(minute(at))));
  });
});

describe("Stragglers among entries that are sealed", () => {
  beforeEach(() => audit.write(...[0, 1, 2, 3].map((at) => anEntry(at))));
  const range = { from: minute(0), to: minute(3) };
  const all = [0, 1, 2, 3].map((at) => idAt(minute(at)));

  test("are found, and no sealed one is read", async () => {
    const read: string[] = [];
    const find = (id: string, at: string) => {
      read.push(id);
      return audit.ids.find(id, at);
    };
    const sealed = new Set(all.filter((id) => id !== idAt(minute(1))));
    const found = await stragglersIn({ ids: { ...audit.ids, find } }, range, sealed, 10);
    expect([ids(found), read]).toEqual([[idAt(minute(1))], [idAt(minute(1))]]);
  });

  test("come as many as were asked for, of the range alone", async () => {
    expect(await stragglersIn(audit, range, new Set(), 2)).toHaveLength(2);
    expect(ids(await stragglersIn(audit, range, new Set(), 10)).sort()).toEqual(all.slice(0, 3).sort());
  });

  test("are none when they are gone before they are read", async () => {
    const find = async () => undefined;
    expect(await stragglersIn({ ids: { ...audit.ids, find } }, range, new Set(), 10)).toEqual([]);
  });
});

describe("Entries that came late", () => {
  const note = (at: number, writtenAt = 60) => {
    const id = idAt(minute(at));
    audit.notes.set(id, { id, at: minute(at).toISOString(), writtenAt: minute(writtenAt).toISOString() });
    return id;
  };
  const late = (most = 10, sealed: string[] = []) => lateBefore(audit, minute(0), new Set(sealed), most);

  test("are found by their notes, each by its own id", async () => {
    const twin = anEntry(-30, { id: idAt(minute(-30), 1) });
    audit.write(anEntry(-40), anEntry(-30), twin, anEntry(-20));
    note(-30);
    expect(await late()).toEqual([anEntry(-30)]);
    expect(audit.notes.size).toBe(1);
  });

  test("are those from before a time: what is younger is found without a note, which stays", async () => {
    audit.write(anEntry(0), anEntry(5), anEntry(-1));
    note(0);
    note(5);
    note(-1);
    expect(await late()).toEqual([anEntry(-1)]);
    expect(audit.notes.size).toBe(3);
  });

  test("come as many as were asked for; the notes of the others stay", async () => {
    audit.write(anEntry(-30), anEntry(-20), anEntry(-10));
    for (const at of [-30, -20, -10]) note(at);
    audit.setClock(1000);
    expect(ids(await late(2))).toEqual([-30, -20].map((at) => idAt(minute(at))));
    expect(audit.notes.size).toBe(3);
  });

  test("are struck off once they are sealed, be they young or old", async () => {
    audit.write(anEntry(-30), anEntry(5));
    expect(await late(10, [note(-30), note(5)])).toEqual([]);
    expect(audit.notes.size).toBe(0);
  });

  test("that were never written are waited for, for an hour", async () => {
    note(-30, 0);
    audit.setClock(60);
    expect(await late()).toEqual([]);
    expect(audit.notes.size).toBe(1);
    audit.setClock(60.001);
    await late();
    expect(audit.notes.size).toBe(0);
  });
});
