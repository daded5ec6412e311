import { createHash } from "node:crypto";
import type { Principal } from "../access/principal.ts";

/** 128 bits in hex: the session of one principal and one Idempotency-Key, on any day (draft-ietf-httpapi-idempotency-key-header). */
export function sessionIdOf(principal: Principal, idempotencyKey: string): string {
  return hash(["session", principal.kind, principal.id, idempotencyKey]).slice(0, 32);
}

/** Tells whether two requests with one key ask for the same. Keys of the body in fixed order. */
export function requestHashOf(request: Record<string, unknown>): string {
  const entries = Object.entries(request).filter(([, value]) => value !== undefined);
  return hash(entries.sort(([a], [b]) => a.localeCompare(b)));
}

/** The key of one notification: the same for every copy of its message. */
export const notifyKeyOf = ({ sessionId, number }: { sessionId: string; number: number }) =>
  hash(["notification", sessionId, number]);

const hash = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex");
