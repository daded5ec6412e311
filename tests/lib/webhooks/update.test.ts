import { describe, expect, test } from "@jest/globals";
import { changed } from "../../../lib/webhooks/update.ts";
import { aWebhook } from "./a-webhook.ts";
import { ADA, answered, codeOf, inMemory } from "./in-memory.ts";

const now = new Date("2026-11-22T10:00:00.000Z");
const url = "https://other.example/in";

describe("A change of an endpoint", () => {
  test("of events and description leaves its state", () => {
    for (const status of ["pending", "active", "paused"] as const) {
      const events = ["session.closed", "session.closed"] as const;
      const next = changed(aWebhook({ status }), { events, description: "x" }, now);
      expect([next.status, next.events, next.description]).toEqual([status, ["session.closed"], "x"]);
    }
  });

  test("of the address needs consent anew, and a pause stays a pause", () => {
    expect(changed(aWebhook(), { url }, now)).toMatchObject({ url, status: "pending", problem: "not-proven" });
    expect(changed(aWebhook({ status: "paused" }), { url }, now)).toMatchObject({ url, status: "paused" });
    expect(changed(aWebhook(), { url: aWebhook().url }, now)).toEqual(aWebhook());
  });

  test("that resumes what a person paused tells of what happens from then on", () => {
    const resumed = changed(aWebhook({ status: "paused" }), { paused: false }, now);
    expect(resumed).toEqual(aWebhook({ activeSince: now.toISOString() }));
    expect(changed(aWebhook(), { paused: false }, now)).toEqual(aWebhook());
  });

  test.each([
    ["one that never agreed", aWebhook({ status: "pending" })],
    ["one that refused", aWebhook({ status: "pending", problem: "unreachable" })],
    ["one that is gone", aWebhook({ status: "paused", problem: "gone" })],
    ["one that failed", aWebhook({ status: "paused", problem: "failing" })],
    ["one that was given another address while it was paused", changed(aWebhook({ status: "paused" }), { url }, now)],
    ["one that was given another address", changed(aWebhook(), { url }, now)],
  ])("paused and resumed as often as you like does not make %s active", (_title, webhook) => {
    const paused = changed(webhook, { paused: true }, now);
    expect(paused.status).toBe("paused");
    const resumed = changed(changed(paused, { events: ["session.closed"] }, now), { paused: false }, now);
    expect(resumed.status).toBe("pending");
  });
});

describe("Changing a registered webhook", () => {
  test("stores it, shows it and audits it", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint();
    const change = { events: ["session.failed"] as const, description: "tickets" };
    const view = await hooks.webhooks.update(ADA, id, change, "c-1");
    expect(view).toMatchObject({ ...change, status: "active" });
    expect(await hooks.webhooks.read(id)).toEqual(view);
    expect(hooks.lines()).toEqual(["webhook.update intent", `webhook.update outcome success active ${id}`]);
    expect(hooks.calls).toEqual([]);
  });

  test.each([
    [true, "webhook.pause", "paused"],
    [false, "webhook.update", "active"],
  ])("paused: %s is audited as %s", async (paused, action, status) => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint({ status: "paused" });
    await hooks.webhooks.update(ADA, id, { paused }, "c-1");
    expect(hooks.lines()).toEqual([`${action} intent`, `${action} outcome success ${status} ${id}`]);
  });

  test("to another address asks there for consent, and goes on from then", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint({ failingSince: "2026-11-20T10:00:00.000Z" });
    hooks.advance(5_000);
    const view = await hooks.webhooks.update(ADA, id, { url: "https://other.example" }, "c-1");
    expect(hooks.calls.map(({ url }) => url)).toEqual(["https://other.example/"]);
    expect(view).toMatchObject({ status: "active", url: "https://other.example/" });
    const row = await hooks.row(id);
    expect(row?.activeSince).toBe(hooks.later(0));
    expect(row).not.toHaveProperty("problem");
    expect(row).not.toHaveProperty("failingSince");
  });

  test("to an address that does not agree leaves it pending", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint();
    hooks.answer(answered(500));
    expect(await hooks.webhooks.update(ADA, id, { url }, "c-1")).toMatchObject({
      status: "pending",
      problem: "not-proven",
    });
    expect(hooks.lines().at(-1)).toBe(`webhook.update outcome success pending ${id}`);
  });

  test.each([
    [
      "another address meanwhile",
      { url: "https://third.example/" },
      { status: "pending", url: "https://third.example/" },
    ],
    ["a pause meanwhile", { status: "paused" }, { status: "paused", url }],
  ] as const)(
    "while its target is asked: consent does not count for one that was given %s",
    async (_title, theirs, left) => {
      const hooks = inMemory();
      const { id } = await hooks.endpoint();
      hooks.answer(async () => {
        const stored = await hooks.store.find(id);
        if (stored) await hooks.store.update(stored, { ...stored.value, ...theirs });
        return answered(200, { allowedOrigin: "*" });
      });
      expect(await hooks.webhooks.update(ADA, id, { url }, "c-1")).toMatchObject(left);
      expect(await hooks.row(id)).toMatchObject(left);
    },
  );

  test("is refused for an address that cannot be a target, and for one that is not there, without a line", async () => {
    const hooks = inMemory();
    const { id } = await hooks.endpoint();
    expect(await codeOf(hooks.webhooks.update(ADA, id, { url: "https://127.0.0.1" }, "c-1"))).toBe("invalid-request");
    expect(await codeOf(hooks.webhooks.update(ADA, "another", {}, "c-1"))).toBe("webhook-not-found");
    expect(hooks.entries).toEqual([]);
  });

  test("takes a receiver on the same machine where the setting says so", async () => {
    const hooks = inMemory({ allowLoopback: true });
    const { id } = await hooks.endpoint();
    expect(await codeOf(hooks.webhooks.update(ADA, id, { url: "http://localhost:7072" }, "c-1"))).toBe("done");
  });
});

test("a new description or none: an empty one takes the old one away from what is shown", async () => {
  const hooks = inMemory();
  const { id } = await hooks.endpoint({ description: "old" });
  expect(await hooks.webhooks.update(ADA, id, {}, "c-1")).toMatchObject({ description: "old" });
  expect(await hooks.webhooks.update(ADA, id, { description: "" }, "c-1")).not.toHaveProperty("description");
});
