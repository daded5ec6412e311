import { createHash } from "node:crypto";
import type { Principal } from "../access/principal.ts";
import { type Channel, channels } from "../devices/device.ts";

/** 128 bits in hex: the session of one principal and one Idempotency-Key, on any day (draft-ietf-httpapi-idempotency-key-header). */
export function sessionIdOf(principal: Principal, idempotencyKey: string): string {
  return hash(["session", principal.kind, principal.id, idempotencyKey]).slice(0, 32);
}

/** Tells whether two requests with one key ask for the same. Keys of the body in fixed order. */
export function requestHashOf(request: Record<string, unknown>): string {
  const entries = Object.entries(request).filter(([, value]) => value !== undefined);
  return hash(entries.sort(([a], [b]) => a.localeCompare(b)));
}

type Notified = { sessionId: string; number: number };

/** The key of one notification through one channel: the same for every copy of its message. */
export const notifyKeyOf = ({ sessionId, number }: Notified, channel: Channel) =>
  hash(["notification", sessionId, number, ...(channel === "companyPortal" ? [] : [channel])]);

/** The keys of one notification through whatever channel. */
export const notifyKeysOf = (notified: Notified) => channels.map((channel) => notifyKeyOf(notified, channel));

const hash = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex");
