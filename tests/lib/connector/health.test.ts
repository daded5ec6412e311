import { describe, expect, test } from "@jest/globals";
import { healthSchema, makeHealth } from "../../../lib/connector/health.ts";
import { AppError } from "../../../lib/errors.ts";

/** Dependencies by name: `undefined` is fine, anything else is thrown. */
function looking(states: Record<string, unknown>) {
  let nowMs = Date.parse("2026-11-22T10:00:00.000Z");
  const looks: string[] = [];
  const checks = Object.fromEntries(
    Object.keys(states).map((name) => [
      name,
      async () => {
        looks.push(name);
        if (states[name] !== undefined) throw states[name];
      },
    ]),
  );
  const health = makeHealth({ checks, now: () => new Date(nowMs) });
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { health, looks, states, advance };
}

test("all is well when every dependency answers", async () => {
  const { health } = looking({ storage: undefined, vault: undefined });
  const found = await health();
  expect(found).toEqual({ status: "ok", dependencies: { storage: { status: "ok" }, vault: { status: "ok" } } });
  expect(healthSchema.parse(found)).toEqual(found);
});

test("one that fails makes it degraded, and says what to do; the others are shown as they are", async () => {
  const { health } = looking({
    storage: undefined,
    teamviewer: new AppError("connector-not-connected", "An administrator connects TeamViewer."),
  });
  const found = await health();
  expect(found).toEqual({
    status: "degraded",
    dependencies: {
      storage: { status: "ok" },
      teamviewer: { status: "failing", detail: "An administrator connects TeamViewer." },
    },
  });
  expect(healthSchema.parse(found)).toEqual(found);
});

test("what an unknown error says is not shown: it may hold a secret", async () => {
  const { health } = looking({ storage: new Error("AccountKey=secret") });
  expect((await health()).dependencies?.storage).toEqual({
    status: "failing",
    detail: expect.stringMatching(/cannot be reached/),
  });
});

describe("However many ask,", () => {
  test("dependencies are looked at once at a time", async () => {
    const { health, looks } = looking({ storage: undefined });
    const found = await Promise.all([health(), health(), health()]);
    expect(looks).toEqual(["storage"]);
    expect(new Set(found).size).toBe(1);
  });

  test("what was found is told for a quarter of a minute, to the millisecond", async () => {
    const { health, looks, states, advance } = looking({ storage: undefined });
    await health();
    states.storage = new Error("away");
    advance(14_999);
    expect(await health()).toMatchObject({ status: "ok" });
    expect(looks).toHaveLength(1);
    advance(1);
    expect(await health()).toMatchObject({ status: "degraded" });
    expect(looks).toHaveLength(2);
  });

  test("a failure is over as soon as the next look finds so", async () => {
    const { health, states, advance } = looking({ storage: new Error("away") });
    expect(await health()).toMatchObject({ status: "degraded" });
    states.storage = undefined;
    advance(15_000);
    expect(await health()).toMatchObject({ status: "ok" });
  });
});

test("the document of the API calls it Health", () => {
  expect(healthSchema.meta()).toEqual({ id: "Health" });
});

test.each([{ status: "fine" }, { status: "ok", dependencies: { storage: { status: "slow" } } }])(
  "what is no health is not taken for one (%p)",
  (health) => {
    expect(healthSchema.safeParse(health).success).toBe(false);
  },
);
