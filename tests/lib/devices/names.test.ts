import { describe, expect, test } from "@jest/globals";
import { makeNamesOf } from "../../../lib/devices/names.ts";
import type { Named } from "../../../lib/devices/ports.ts";

const MINUTE_MS = 60_000;
const ana: Named = { kind: "person", name: "Ana Duval" };
const phone: Named = { kind: "device", name: "PHONE-ANA" };

/** The names that one process remembers, over a directory that counts how often it is asked. */
function remembering(directory: Record<string, Named> = { ana, phone }) {
  let nowMs = Date.parse("2026-11-22T10:00:00Z");
  const asked: string[] = [];
  const atOnce = { now: 0, most: 0 };
  async function nameOf(id: string) {
    asked.push(id);
    atOnce.now += 1;
    atOnce.most = Math.max(atOnce.most, atOnce.now);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce.now -= 1;
    if (id === "broken" && !directory.broken) throw new Error("Graph is busy");
    return directory[id];
  }
  const namesOf = makeNamesOf({ directory: { nameOf }, now: () => new Date(nowMs) });
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { namesOf, asked, atOnce, directory, advance };
}

describe("Names", () => {
  test("come with their ids and kinds, in the order they were asked for; what has none is left out", async () => {
    const { namesOf } = remembering();
    expect(await namesOf(["phone", "nobody", "ana", "phone"])).toEqual([
      { id: "phone", ...phone },
      { id: "ana", ...ana },
    ]);
  });

  test("of some are given though the directory fails for others", async () => {
    const { namesOf } = remembering();
    expect(await namesOf(["broken", "ana"])).toEqual([{ id: "ana", ...ana }]);
  });

  test.each([
    ["that are known are believed for an hour", "ana", 60, [ana, { ...ana, name: "Ana Martin" }]],
    ["that nobody knows are asked for again after five minutes", "nobody", 5, [undefined, ana]],
    ["that the directory failed for are asked for again after a minute", "broken", 1, [undefined, ana]],
  ])("%s", async (_title, id, minutes, [before, after]) => {
    const { namesOf, asked, directory, advance } = remembering();
    const seen = async () => (await namesOf([id])).map(({ kind, name }) => ({ kind, name }));
    expect(await seen()).toEqual(before ? [before] : []);
    if (after) directory[id] = after;
    advance(minutes * MINUTE_MS - 1);
    expect([await seen(), asked.length]).toEqual([before ? [before] : [], 1]);
    advance(1);
    expect([await seen(), asked.length]).toEqual([[after], 2]);
  });

  test("are looked up eight at a time, and each once however many want it", async () => {
    const { namesOf, asked, atOnce } = remembering();
    const ids = Array.from({ length: 50 }, (_, number) => `id-${number}`);
    await Promise.all([namesOf(ids), namesOf(ids), namesOf(["id-1", "ana"])]);
    expect(atOnce.most).toBe(8);
    expect([...asked].sort()).toEqual([...ids, "ana"].sort());
  });

  test("that were looked up longest ago are forgotten when ten thousand are known", async () => {
    const { namesOf, asked } = remembering();
    const ids = Array.from({ length: 10_000 }, (_, number) => `id-${number}`);
    await namesOf(["ana"]);
    for (let from = 0; from < ids.length; from += 500) await namesOf(ids.slice(from, from + 500));
    asked.splice(0);
    await namesOf(["id-1", "id-9999"]);
    expect(asked).toEqual([]);
    await namesOf(["ana"]);
    expect(asked).toEqual(["ana"]);
  });
});
