import { describe, expect, test } from "@jest/globals";
import { codeOf, inMemory } from "./in-memory.ts";

describe("Endpoints", () => {
  test("are listed oldest first, without those that were deleted, and without the query of their address", async () => {
    const hooks = inMemory();
    const days = ["2026-01-02", "2026-01-03", "2026-01-01"];
    for (const [index, day] of days.entries())
      await hooks.endpoint({
        id: `id-${index}`,
        createdAt: `${day}T00:00:00.000Z`,
        url: "https://a.example/x?key=1&b",
      });
    await hooks.endpoint({ id: "id-gone", status: "deleted" });
    const { value } = await hooks.webhooks.list();
    expect(value.map(({ id }) => id)).toEqual(["id-2", "id-0", "id-1"]);
    expect(value[0]).toEqual(await hooks.webhooks.read("id-2"));
    expect(value[0]?.url).toBe("https://a.example/x?…");
  });

  test("that were deleted or never were are not found", async () => {
    const hooks = inMemory();
    await hooks.endpoint({ id: "id-gone", status: "deleted" });
    for (const id of ["id-gone", "another"]) {
      expect(await codeOf(hooks.webhooks.read(id))).toBe("webhook-not-found");
      expect(await codeOf(hooks.webhooks.deliveries(id, { top: 1 }))).toBe("webhook-not-found");
    }
  });
});

describe("Deliveries", () => {
  /** An endpoint with so many events, each after the one before, the first of them tried twice. */
  async function delivered(count: number) {
    const hooks = inMemory();
    const { id } = await hooks.endpoint();
    const events = Array.from({ length: count }, () => hooks.event());
    const add = (index: number, number: number, state: "delivered" | "waiting") => {
      const event = events[index];
      if (!event) throw new Error("no event");
      return hooks.deliveries.claim(id, { event, number, state, at: event.at, until: event.at });
    };
    for (const [index] of events.entries()) await add(index, 1, index === 0 ? "waiting" : "delivered");
    if (count > 0) await add(0, 2, "delivered");
    const newestFirst = events.map((event) => event.id).reverse();
    const list = (top: number, page?: string) => hooks.webhooks.deliveries(id, { top, page });
    return { newestFirst, list };
  }

  test("are listed newest event first, each with all its attempts", async () => {
    const { newestFirst, list } = await delivered(3);
    const { value, ...rest } = await list(10);
    expect(value.map(({ id }) => id)).toEqual(newestFirst);
    expect(value.map(({ attempts }) => attempts.map(({ number }) => number))).toEqual([[1], [1], [1, 2]]);
    expect(rest).toEqual({});
  });

  test("come in pages, and the last page says it is the last, also when it is full", async () => {
    const { newestFirst, list } = await delivered(4);
    const first = await list(2);
    expect([first.value.map(({ id }) => id), first.nextPage]).toEqual([newestFirst.slice(0, 2), newestFirst[1]]);
    const second = await list(2, first.nextPage);
    expect(second.value.map(({ id }) => id)).toEqual(newestFirst.slice(2));
    expect(second.value[1]?.attempts).toHaveLength(2);
    expect(second).not.toHaveProperty("nextPage");
  });

  test("are none where nothing was delivered", async () => {
    expect(await (await delivered(0)).list(5)).toEqual({ value: [] });
  });

  test("of a page that no list gave are refused", async () => {
    const { newestFirst, list } = await delivered(1);
    const [id = ""] = newestFirst;
    for (const page of ["", "x", `${id}x`, `x${id}`, id.slice(1), id.replace("-", "_"), id.replace(/.$/, "G")])
      expect(await codeOf(list(5, page))).toBe("invalid-request");
    expect(await codeOf(list(5, id))).toBe("done");
  });
});
