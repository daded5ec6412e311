import { expect, test } from "@jest/globals";
import {
  CONFIRM_MS,
  CONSENT_MS,
  type Consent,
  consentIdOf,
  consentSchema,
  TICKET_MS,
} from "../../../lib/connector/consent.ts";

test("a consent's id is the SHA-256 of its state, in hexadecimal", () => {
  expect(consentIdOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("the link lives a minute, TeamViewer's answer is awaited ten, the confirmation fifteen", () => {
  expect([TICKET_MS, CONSENT_MS, CONFIRM_MS]).toEqual([60_000, 600_000, 900_000]);
});

const pending: Consent = {
  id: "ba78",
  status: "pending",
  requestedBy: "ada",
  requestedByKind: "person",
  termsVersion: "1",
  requestedAt: "2026-11-22T10:00:00.000Z",
  expiresAt: "2026-11-22T10:10:00.000Z",
};

test("a stored consent is read back as it was, at every step", () => {
  const later = { nonceHash: "hash", connectionId: "c1", usedAt: "2026-11-22T10:05:00.000Z", secretName: "tv-1" };
  const statuses = ["pending", "started", "used", "refused", "failed", "awaitingConfirmation", "confirmed"] as const;
  for (const status of statuses)
    for (const consent of [
      { ...pending, status },
      { ...pending, ...later, status, requestedByKind: "application" as const },
    ])
      expect(consentSchema.parse(JSON.parse(JSON.stringify(consent)))).toEqual(consent);
});

test.each([{ status: "done" }, { requestedByKind: "user" }, { expiresAt: "soon" }, { requestedBy: undefined }])(
  "a row that is no consent is not taken for one (%p)",
  (change) => {
    expect(consentSchema.safeParse({ ...pending, ...change }).success).toBe(false);
  },
);
