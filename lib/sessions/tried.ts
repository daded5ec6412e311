import type { Channel } from "../devices/device.ts";
import type { Notification, Session, Try } from "./session.ts";

/**
 * The notification once a channel was tried. A refusal leads to the `next` channel when there is one; whatever else came of
 * it is the end, and so is the last refusal.
 */
export function afterTry({ tried = [] }: Notification, made: Try, next: Channel | undefined): Notification {
  const all = [...tried.filter(({ channel }) => channel !== made.channel), made];
  if (made.state === "failed" && next) return { state: "queued", channel: next, at: made.at, tried: all };
  return { ...made, ...(all.length > 1 ? { tried: all } : {}) };
}

/** The notification ended before a (further) channel could be tried. */
export function afterNoTry({ tried }: Notification, end: Notification): Notification {
  return { ...end, ...(tried ? { tried } : {}) };
}

/**
 * Whether a notification may still be changed to `state`: while it is under way, or when a copy of its message took it for
 * `unknown` although another was still sending it.
 */
export function isOpenTo({ notification: { state } }: Session, next: Notification["state"]): boolean {
  return state === "queued" || (state === "unknown" && next !== "unknown");
}
