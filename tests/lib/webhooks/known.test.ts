import { describe, expect, test } from "@jest/globals";
import { inMemory } from "./in-memory.ts";

/** One endpoint and a count of how often the endpoints were read. */
async function remembering() {
  const hooks = inMemory();
  const { id } = await hooks.endpoint();
  return { hooks, id, known: hooks.known, reads: () => hooks.journal.countOf("store.list") };
}

describe("Endpoints as a process knows them", () => {
  test("are read once a minute, whoever asks", async () => {
    const { hooks, id, known, reads } = await remembering();
    for (let round = 0; round < 3; round += 1) {
      expect((await known.current()).map(({ value }) => value.id)).toEqual([id]);
      expect((await known.find(id))?.value.id).toBe(id);
    }
    hooks.advance(59_999);
    await known.current();
    expect(reads()).toBe(1);
    hooks.advance(1);
    await known.current();
    expect(reads()).toBe(2);
  });

  test("are read once by all who ask at the same time", async () => {
    const { known, reads } = await remembering();
    await Promise.all([known.current(), known.current(), known.refresh()]);
    expect(reads()).toBe(1);
  });

  test("are read again by the timer before they are too old", async () => {
    const { hooks, known, reads } = await remembering();
    await known.current();
    await hooks.webhooks.refresh();
    expect(reads()).toBe(2);
    hooks.advance(59_999);
    await known.current();
    expect(reads()).toBe(2);
  });

  test("are looked for again when one is asked for that is not among them", async () => {
    const { hooks, known, reads } = await remembering();
    await known.current();
    await hooks.store.add({ ...(await hooks.endpoint({ id: "x", secretName: "wh-x" })), id: "0d-new" });
    hooks.journal.calls.splice(0);
    expect((await known.find("0d-new"))?.value.id).toBe("0d-new");
    expect(await known.find("0d-none")).toBeUndefined();
    expect(reads()).toBe(2);
  });

  test("are read again after a change, also when they were being read while it was made", async () => {
    const { hooks, known, reads } = await remembering();
    hooks.journal.after("store.list", () => known.forget());
    await known.current();
    await known.current();
    expect(reads()).toBe(2);
    await known.current();
    expect(reads()).toBe(2);
  });

  test("read after a change are not those that were being read before it", async () => {
    const { hooks, known } = await remembering();
    const answers: (() => void)[] = [];
    hooks.journal.instead("store.list", (call) => new Promise((resolve) => answers.push(() => resolve(call()))), 2);
    const before = known.current();
    known.forget();
    const after = known.current();
    const same = known.current();
    for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
    expect(answers).toHaveLength(2);
    answers[0]?.();
    await before;
    const still = known.current();
    for (const answer of answers) answer();
    await Promise.all([after, same, still]);
    expect(hooks.journal.countOf("store.list")).toBe(2);
  });

  test("that could not be read are asked for again by the next one", async () => {
    const { hooks, known } = await remembering();
    hooks.journal.fail("store.list");
    await expect(known.current()).rejects.toThrow("away");
    expect(await known.current()).toHaveLength(1);
  });
});
