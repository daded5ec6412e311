import type { Channel, Device } from "../devices/device.ts";
import { eligibilityOf, type Policy } from "../devices/eligibility.ts";
import type { Known } from "./look-at-device.ts";
import type { Due, Reading } from "./read-notification.ts";
import type { Notification, Try } from "./session.ts";
import type { Ahead } from "./take-ahead.ts";

/**
 * What is to be done. `leave`: nothing any more; `come-again`: another copy may be sending at this moment; `interrupted`: a
 * process died while it tried a channel, `next` is the one after it; `refused`: the last channel that was left had refused.
 */
export type Plan =
  | { do: "leave" }
  | { do: "come-again" }
  | { do: "end"; state: Notification["state"]; reason?: string }
  | { do: "try"; due: Due; device: Device; channels: [Channel, ...Channel[]]; known: Known[] }
  | { do: "interrupted"; due: Due; reservation: Known; next: Channel | undefined }
  | { do: "refused"; refusal: Try };

/** What this run has written before it knew: a place ahead for a channel, or that it is a copy; nothing for most that come again. */
type Written = { taken: Ahead | "copy"; channel: Channel | undefined };

/** What to do about a message, by what was read of it. */
export function planOf(reading: Reading, policy: Policy, written?: Written): Plan {
  if (reading.state === "left") return { do: "leave" };
  if (reading.state === "late") return { do: "end", state: "expired" };
  if (written && isElsewhere(written, reading)) return { do: "come-again" };
  const { userId, notification, device: own } = reading.stored.session;
  const { device } = reading.around;
  const isOwn = ({ channel }: Known) => hasPlaceFor(written?.taken, own.id, channel);
  const known = reading.around.known.filter((each) => !isOwn(each));
  const isRefused = (channel: Channel) => known.some((each) => each.channel === channel && each.state === "failed");
  const interrupted = known.find(
    ({ channel, state }) => ["sending", "done"].includes(state) && !isTried(notification, channel),
  );
  const fitting = device ? eligibilityOf(device, policy).channels : [];
  const [first, ...others] = fitting.filter(
    (channel) => channel !== interrupted?.channel && !isTried(notification, channel) && !isRefused(channel),
  );
  if (interrupted) return { do: "interrupted", due: reading, reservation: interrupted, next: first };
  if (!device || device.userId !== userId) return { do: "end", state: "failed", reason: "user-changed" };
  if (first) return { do: "try", due: reading, device, channels: [first, ...others], known };
  const refusal = notification.tried?.at(-1);
  if (refusal) return { do: "refused", refusal };
  return { do: "end", state: "unsupported", reason: "platform-not-supported" };
}

/** Whether what was taken ahead is what the plan begins with. */
export const beginsWith = (plan: Plan, { deviceId, channel }: Ahead) =>
  plan.do === "try" && plan.channels[0] === channel && plan.device.id === deviceId;

export const isTried = ({ tried = [] }: Notification, channel: Channel) =>
  tried.some((each) => each.channel === channel);

const hasPlaceFor = (taken: Ahead | "copy" | undefined, deviceId: string, channel: Channel) =>
  typeof taken === "object" &&
  taken.reservation !== undefined &&
  taken.deviceId === deviceId &&
  taken.channel === channel;

/** Whether another copy of the message may be sending. One whose try came to nothing is not. */
function isElsewhere({ taken, channel }: Written, { around }: Due): boolean {
  const state = around.known.find((each) => each.channel === channel)?.state;
  if (taken === "copy") return state !== "later" && state !== "failed";
  return !taken.reservation && (state === "sending" || state === "done");
}
