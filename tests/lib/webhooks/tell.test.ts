import { describe, expect, test } from "@jest/globals";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import { makeTellingAuditLog } from "../../../lib/webhooks/tell.ts";
import { codeOf, type InMemory, inMemory } from "./in-memory.ts";

const entryOf = (hooks: InMemory, change: Partial<AuditEntry> = {}): AuditEntry => ({
  id: hooks.newEventId(hooks.now()),
  at: hooks.now().toISOString(),
  actor: { id: "a-1", kind: "person" },
  action: "session.request",
  phase: "outcome",
  result: "success",
  sessionId: "s-1",
  correlationId: "c-1",
  ...change,
});
const telling = (hooks: InMemory) =>
  makeTellingAuditLog({ auditLog: hooks.auditLog, known: hooks.known, queue: hooks.queuePort, lanes: hooks.lanes });

describe("An audit entry that is an event", () => {
  test("is put into the queue once for each endpoint that wants it, at once", async () => {
    const hooks = inMemory();
    const wanting = ["0d-1", "0d-2"];
    for (const id of wanting) await hooks.endpoint({ id, secretName: `wh-${id}` });
    await hooks.endpoint({ id: "0d-3", secretName: "wh-3", events: ["session.closed"] });
    const entry = entryOf(hooks);
    await telling(hooks).append(entry);
    expect(hooks.entries).toEqual([entry]);
    expect(hooks.queue).toEqual(
      wanting.map((webhookId) => ({
        message: {
          v: 1,
          webhookId,
          attempt: 1,
          putBacks: 0,
          event: { id: entry.id, type: "session.requested", state: "open", at: entry.at, sessionId: "s-1" },
          correlationId: "c-1",
        },
        delaySeconds: 0,
      })),
    );
  });

  test("comes to a slow receiver once it has taken the others, and to any other at once", async () => {
    const hooks = inMemory();
    for (const id of ["0d-slow", "0d-quick", "0d-new"]) await hooks.endpoint({ id, secretName: `wh-${id}` });
    const take = async (id: string) => {
      const lane = await hooks.lanes.enter(id, 0);
      return typeof lane === "number" ? () => undefined : lane.leave;
    };
    (await take("0d-quick"))({ isQuick: true, tookMs: 20 });
    (await take("0d-slow"))({ isQuick: false, tookMs: 10_000 });
    const log = telling(hooks);
    const delaysOf = (id: string) =>
      hooks.queue.filter(({ message }) => message.webhookId === id).map(({ delaySeconds }) => delaySeconds);
    await log.append(entryOf(hooks));
    await take("0d-slow");
    await log.append(entryOf(hooks));
    await log.append(entryOf(hooks));
    expect(["0d-slow", "0d-quick", "0d-new"].map(delaysOf)).toEqual([
      [0, 10, 20],
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test("written again by the same process is told once; another entry, or another endpoint, is told", async () => {
    const hooks = inMemory();
    await hooks.endpoint();
    const log = telling(hooks);
    const entry = entryOf(hooks);
    await log.append(entry);
    await log.append(entry);
    expect([hooks.entries.length, hooks.queue.length]).toEqual([2, 1]);
    await log.append(entryOf(hooks));
    expect(hooks.queue).toHaveLength(2);
    await hooks.endpoint({ id: "0d-2", secretName: "wh-2" });
    await log.append(entry);
    expect(hooks.queue.map(({ message }) => message.webhookId)).toContain("0d-2");
    expect(hooks.queue).toHaveLength(3);
  });

  test.each(["audit.append", "store.list", "queue.send"])(
    "fails as a whole when %s fails, so that whoever owes it writes it again",
    async (label) => {
      const hooks = inMemory();
      await hooks.endpoint();
      const log = telling(hooks);
      const entry = entryOf(hooks);
      hooks.journal.fail(label);
      expect(await codeOf(log.append(entry))).toBe(`${label} is away`);
      expect(hooks.queue).toEqual([]);
      await log.append(entry);
      expect(hooks.queue).toHaveLength(1);
    },
  );

  test("is remembered among the last 10,000: memory has an end, and the oldest is told once more", async () => {
    const hooks = inMemory();
    await hooks.endpoint();
    const log = telling(hooks);
    const first = entryOf(hooks);
    const second = entryOf(hooks);
    for (const entry of [first, second]) await log.append(entry);
    for (let number = 2; number < 10_000; number += 1) await log.append(entryOf(hooks));
    await log.append(first);
    expect(hooks.queue).toHaveLength(10_000);
    await log.append(entryOf(hooks));
    await log.append(second);
    expect(hooks.queue).toHaveLength(10_001);
    await log.append(first);
    expect(hooks.queue).toHaveLength(10_002);
  });
});

describe("Any other entry", () => {
  test.each<[string, Partial<AuditEntry>]>([
    ["an intent", { phase: "intent" }],
    ["a refusal", { result: "refused" }],
  ])("such as %s is written, and nobody asks for endpoints", async (_title, change) => {
    const hooks = inMemory();
    await hooks.endpoint();
    await telling(hooks).append(entryOf(hooks, change));
    expect(hooks.entries).toHaveLength(1);
    expect(hooks.journal.calls).toEqual(["audit.append"]);
  });

  test("can be read and dropped as before", () => {
    const hooks = inMemory();
    const { read, dropBefore } = telling(hooks);
    expect([read, dropBefore]).toEqual([hooks.auditLog.read, hooks.auditLog.dropBefore]);
  });
});
