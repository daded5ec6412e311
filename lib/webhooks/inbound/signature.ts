import { createHmac, timingSafeEqual } from "node:crypto";
import type { WebhookSecrets } from "../ports.ts";

/** A message as it came, not yet believed. */
export type SignedMessage = {
  /** `webhook-id`: the same in each try to send it. */
  id: string;
  /** `webhook-timestamp`, in seconds since 1970. */
  timestamp: string;
  /** `webhook-signature`: `v1,<base64>`, several with spaces between them. */
  signatures: string;
  body: Uint8Array;
};

/** A timestamp may be off by so much, either way (Standard Webhooks' own libraries take the same). */
export const TOLERANCE_SECONDS = 300;

const PREFIX = "whsec_";

/** The secrets that count at `at`. */
export function secretsAt({ current, previous, previousUntil }: WebhookSecrets, at: Date): string[] {
  const isOverlap = previous !== undefined && previousUntil !== undefined && previousUntil > at.toISOString();
  return isOverlap ? [current, previous] : [current];
}

/**
 * Whether one of the signatures is by one of `secrets`, over the very bytes that came (Standard Webhooks 1.0.0, "Verifying
 * signatures"). Every secret is tried with every signature, whichever fits, so that time tells nothing.
 */
export function isSignedBy(secrets: readonly string[], { id, timestamp, signatures, body }: SignedMessage): boolean {
  const given = signatures.split(" ").filter((each) => each.startsWith("v1,"));
  const expected = secrets.map((secret) => signatureBy(secret, `${id}.${timestamp}.`, body));
  return expected.flatMap((one) => given.map((other) => isSame(one, other))).some(Boolean);
}

function signatureBy(secret: string, before: string, body: Uint8Array): string {
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, "base64");
  return `v1,${createHmac("sha256", key).update(before).update(body).digest("base64")}`;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether a message of this timestamp may be taken at `at`. */
export function isTimely(timestamp: string, at: Date): boolean {
  return Math.abs(Math.floor(at.getTime() / 1000) - Number(timestamp)) <= TOLERANCE_SECONDS;
}

/** Whether the headers can be those of a message. What is signed has dots between its parts, so a timestamp is digits alone. */
export function isWellFormed({ id, timestamp, signatures }: SignedMessage): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(id) && /^(0|[1-9]\d{0,10})$/.test(timestamp) && signatures !== "";
}
