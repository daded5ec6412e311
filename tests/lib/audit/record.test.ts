import { describe, expect, test } from "@jest/globals";
import { type AuditEntry, type AuditSubject, auditEntrySchema } from "../../../lib/audit/entry.ts";
import { makeAudit } from "../../../lib/audit/record.ts";

const NOW = new Date("2026-11-22T10:00:00.000Z");
const subject: AuditSubject = {
  actor: { id: "ada", kind: "person" },
  action: "session.request",
  deviceId: "d1",
  sessionId: "s1",
  correlationId: "call-1",
};

function started({ isDown = false } = {}) {
  const written: AuditEntry[] = [];
  let count = 0;
  const audit = makeAudit({
    auditLog: {
      append: async (entry) => {
        if (isDown) throw new Error("the table is away, AccountKey=secret");
        const isNew = !written.some(({ id }) => id === entry.id);
        if (isNew) written.push(entry);
        return isNew;
      },
      read: async function* () {},
      missing: async () => [],
      dropBefore: async () => undefined,
    },
    now: () => NOW,
    newAuditId: (at) => {
      count += 1;
      return `${at.getTime()}-${count}`;
    },
  });
  return { audit, written };
}

const shared = { at: NOW.toISOString(), actor: subject.actor, action: "session.request", correlationId: "call-1" };

test("an action is written twice: its intent before and its outcome after", async () => {
  const { audit, written } = started();
  await audit.intent(subject);
  await audit.outcome(subject, { result: "failed", reason: "licence-limit" });
  expect(written).toEqual([
    { ...shared, id: `${NOW.getTime()}-1`, phase: "intent", deviceId: "d1", sessionId: "s1" },
    {
      ...shared,
      id: `${NOW.getTime()}-2`,
      phase: "outcome",
      result: "failed",
      reason: "licence-limit",
      deviceId: "d1",
      sessionId: "s1",
    },
  ]);
});

test("an intent that is carried out elsewhere is the entry it was begun as, and stands once for all copies", async () => {
  const { audit, written } = started();
  const begun = audit.begin();
  await audit.outcome(subject, { result: "success" });
  expect(await audit.intent(subject, begun)).toBe(true);
  expect(await audit.intent(subject, begun)).toBe(false);
  expect(written.slice(1)).toEqual([
    { ...shared, id: `${NOW.getTime()}-1`, phase: "intent", deviceId: "d1", sessionId: "s1" },
  ]);
});

test("what an entry does not have is missing, not empty", async () => {
  const { audit, written } = started();
  await audit.intent({ ...subject, deviceId: undefined, sessionId: undefined });
  await audit.outcome({ ...subject, deviceId: "", sessionId: undefined }, { result: "success", reason: undefined });
  const fields = ["action", "actor", "at", "correlationId", "id", "phase"];
  expect(written.map((entry) => Object.keys(entry).sort())).toEqual([fields, [...fields, "result"].sort()]);
});

test("every entry fits the schema of the audit", async () => {
  const { audit, written } = started();
  await audit.intent(subject);
  await audit.outcome(subject, { result: "unknown", reason: "no-answer" });
  for (const entry of [...written, audit.outcomeEntry(subject, { result: "success" })])
    expect(auditEntrySchema.parse(entry)).toEqual(entry);
});

describe("An outcome for the outbox", () => {
  test("is made, with its id, and not written", () => {
    const { audit, written } = started();
    const entry = audit.outcomeEntry(subject, { result: "success" });
    expect(entry).toEqual({
      ...shared,
      id: `${NOW.getTime()}-1`,
      phase: "outcome",
      result: "success",
      deviceId: "d1",
      sessionId: "s1",
    });
    expect(written).toEqual([]);
  });
});

describe("When the audit cannot be written", () => {
  test("an intent stops the action, says when to try again and gives nothing away", async () => {
    const { audit } = started({ isDown: true });
    const failure = await audit.intent(subject).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 30 });
    expect((failure as Error).message).toMatch(/nothing was done/);
    expect((failure as Error).message).not.toContain("secret");
  });

  test("an outcome fails rather than getting lost", async () => {
    const { audit } = started({ isDown: true });
    await expect(audit.outcome(subject, { result: "success" })).rejects.toThrow("the table is away");
  });
});
