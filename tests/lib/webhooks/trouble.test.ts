import { describe, expect, test } from "@jest/globals";
import { makeAudit } from "../../../lib/audit/record.ts";
import { AppError } from "../../../lib/errors.ts";
import { afterOutcome, makeNoteOutcome } from "../../../lib/webhooks/trouble.ts";
import { aWebhook } from "./a-webhook.ts";
import { codeOf, inMemory } from "./in-memory.ts";

const now = new Date("2026-11-22T10:00:00.000Z");
const daysAgo = (days: number, ms = 0) => new Date(now.getTime() - days * 24 * 3_600_000 - ms).toISOString();

test("an endpoint that works stays as it is", () => {
  expect(afterOutcome(aWebhook(), undefined, now)).toBeUndefined();
});

test("the first failure is noted, the next ones change nothing, a success forgets it", () => {
  const failing = afterOutcome(aWebhook(), "status", now);
  expect(failing).toEqual(aWebhook({ failingSince: now.toISOString() }));
  expect(afterOutcome(aWebhook({ failingSince: daysAgo(1) }), "timeout", now)).toBeUndefined();
  expect(afterOutcome(aWebhook({ failingSince: daysAgo(1) }), undefined, now)).toEqual(aWebhook());
});

test("five days without a success pause it, not a moment less", () => {
  expect(afterOutcome(aWebhook({ failingSince: daysAgo(5, -1) }), "status", now)).toBeUndefined();
  expect(afterOutcome(aWebhook({ failingSince: daysAgo(5) }), "status", now)).toMatchObject({
    status: "paused",
    problem: "failing",
  });
});

test("410 pauses it at once", () => {
  expect(afterOutcome(aWebhook(), "gone", now)).toMatchObject({ status: "paused", problem: "gone" });
});

test("one that is not active is left alone", () => {
  for (const status of ["pending", "paused", "deleted"] as const)
    for (const problem of [undefined, "gone", "status"] as const)
      expect(afterOutcome(aWebhook({ status, failingSince: daysAgo(9) }), problem, now)).toBeUndefined();
});

describe("What became of a delivery", () => {
  /** One endpoint as this process knows it, and what notes its outcomes. */
  async function noting(change: Parameters<typeof aWebhook>[0] = {}) {
    const hooks = inMemory();
    const webhook = await hooks.endpoint(change);
    const audit = makeAudit({ auditLog: hooks.auditLog, now: hooks.now, newAuditId: hooks.newEventId });
    const note = makeNoteOutcome({ ...hooks, audit, newId: () => "c-new" });
    return { hooks, webhook, note, row: () => hooks.row(webhook.id) };
  }

  test("is noted in the row without a line in the audit, while the endpoint goes on", async () => {
    const { hooks, webhook, note, row } = await noting();
    await note(webhook, "status");
    expect(await row()).toEqual({ ...webhook, failingSince: hooks.later(0) });
    const failing = await row();
    if (failing) await note(failing, undefined);
    expect([await row(), hooks.entries]).toEqual([webhook, []]);
  });

  test("that changes nothing costs no call", async () => {
    const { hooks, webhook, note } = await noting();
    await note(webhook, undefined);
    expect(hooks.journal.calls).toEqual([]);
  });

  test.each([
    ["gone", {}, "gone"],
    ["status", { failingSince: daysAgo(5) }, "failing"],
  ] as const)("that is %s pauses it, between the two halves of the audit", async (seen, change, problem) => {
    const { hooks, webhook, note, row } = await noting(change);
    await note(webhook, seen);
    expect(await row()).toMatchObject({ status: "paused", problem });
    expect(hooks.lines()).toEqual(["webhook.pause intent", `webhook.pause outcome success ${problem} ${webhook.id}`]);
    expect(hooks.entries).toMatchObject(
      Array(2).fill({ actor: { id: "connector", kind: "system" }, correlationId: "c-new" }),
    );
    const order = hooks.journal.calls.filter((call) => /append|update/.test(call));
    expect(order).toEqual(["audit.append", "store.update", "audit.append"]);
  });

  test("that pauses what another process paused already says that it did nothing new", async () => {
    const { hooks, webhook, note } = await noting();
    await note(webhook, "gone");
    await note(webhook, "gone");
    expect(hooks.lines().at(-1)).toBe(`webhook.pause outcome replayed gone ${webhook.id}`);
  });

  test("is decided by the row as it is, not as this process remembers it", async () => {
    const { hooks, webhook, note, row } = await noting({ failingSince: daysAgo(1) });
    await note({ ...webhook, failingSince: daysAgo(9) }, "status");
    expect(await row()).toEqual(webhook);
    expect(hooks.lines().at(-1)).toMatch(/replayed/);
  });

  test("of an endpoint that is gone, or that cannot be stored now, is left: the next one notes it again", async () => {
    const { hooks, webhook, note, row } = await noting();
    await note({ ...webhook, id: "another" }, "status");
    hooks.journal.fail("store.update", 1, new AppError("upstream-unavailable", "away"));
    await note(webhook, "status");
    expect(await row()).toEqual(webhook);
  });

  test("that fails in any other way is not hidden", async () => {
    const { hooks, webhook, note } = await noting();
    hooks.journal.fail("store.update");
    expect(await codeOf(note(webhook, "status"))).toBe("store.update is away");
  });
});
