import { expect, test } from "@jest/globals";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import type { Owed } from "../../../lib/sessions/ports.ts";
import { aHelpdesk, START } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const entry: AuditEntry = {
  id: "entry",
  at: new Date(START).toISOString(),
  actor: { id: "bruno", kind: "person" },
  action: "session.request",
  phase: "outcome",
  correlationId: "call-1",
};
const { id: sessionId, expiresAt: notAfter } = aSession();
const message = { v: 1, sessionId, number: 1, attempt: 1, notAfter } as const;
const owed: Owed[] = [
  { kind: "audit", entry },
  { kind: "notify", message },
];

test("an entry goes into the audit and a message into the queue, side by side", async () => {
  const { doOwed, audited, queue } = aHelpdesk();
  await doOwed(owed);
  expect([audited, queue]).toEqual([[entry], [{ message, delaySeconds: undefined }]]);
});

test.each(["audit.outcome", "queue.send"])(
  "what fails (%s) holds up neither the other nor the caller",
  async (call) => {
    const { doOwed, audited, queue, journal } = aHelpdesk();
    journal.fail(call);
    await doOwed(owed);
    expect([audited.length, queue.length]).toEqual(call === "queue.send" ? [1, 0] : [0, 1]);
  },
);
