import type { Channel } from "../devices/device.ts";
import { eligibilityOf, type Policy } from "../devices/eligibility.ts";
import type { Known, Surroundings } from "./look-at-device.ts";
import type { Notification, Session, Try } from "./session.ts";

/**
 * What is to be done. `interrupted`: a process died while it tried a channel, `next` is the one after it; `refused`: the last
 * channel that was left had refused.
 */
export type Plan =
  | { do: "try"; channels: [Channel, ...Channel[]]; known: Known[] }
  | { do: "end"; state: Notification["state"]; reason: string }
  | { do: "interrupted"; reservation: Known; next: Channel | undefined }
  | { do: "refused"; refusal: Try };

/** What to do about a session whose user is to be asked. `own`: the channel whose place this run has taken itself. */
export function planOf(
  { userId, notification }: Session,
  { device, known: all }: Surroundings,
  policy: Policy,
  own: Channel | undefined,
): Plan {
  const known = all.filter(({ channel }) => channel !== own);
  const isRefused = (channel: Channel) => known.some((each) => each.channel === channel && each.state === "failed");
  const interrupted = known.find(
    ({ channel, state }) => ["sending", "done"].includes(state) && !isTried(notification, channel),
  );
  const fitting = device ? eligibilityOf(device, policy).channels : [];
  const [first, ...others] = fitting.filter(
    (channel) => channel !== interrupted?.channel && !isTried(notification, channel) && !isRefused(channel),
  );
  if (interrupted) return { do: "interrupted", reservation: interrupted, next: first };
  if (!device || device.userId !== userId) return { do: "end", state: "failed", reason: "user-changed" };
  if (first) return { do: "try", channels: [first, ...others], known };
  const refusal = notification.tried?.at(-1);
  if (refusal) return { do: "refused", refusal };
  return { do: "end", state: "unsupported", reason: "platform-not-supported" };
}

export const isTried = ({ tried = [] }: Notification, channel: Channel) =>
  tried.some((each) => each.channel === channel);
