import { complianceOf } from "../devices/compliance.ts";
import { AppError } from "../errors.ts";
import { type QuietHours, quietUntil } from "../notifications/quiet-hours.ts";

/** What a company demands of everybody who asks for a session; `quietHours`: when its users are not notified. */
export type RequestRules = {
  requireReason: boolean;
  /** What a whole ticket must match; a ticket is then required. */
  ticketPattern: RegExp | undefined;
  compliance: "ignore" | "warn" | "require-reason" | "block";
  quietHours: QuietHours | undefined;
};

type Said = { reason?: string | undefined; ticket?: string | undefined; notify: boolean };

/** Why a request is refused whatever its device is, so that nobody has to be asked; undefined when it is not. */
export function refusalOf(rules: RequestRules, { reason, ticket, notify }: Said, now: Date): AppError | undefined {
  if (rules.requireReason && reason === undefined) return reasonRequired("");
  if (rules.ticketPattern && ticket === undefined)
    return new AppError("ticket-required", `Say in ticket which ticket this is for: ${formOf(rules.ticketPattern)}.`);
  if (rules.ticketPattern && !rules.ticketPattern.test(ticket ?? ""))
    return new AppError("ticket-invalid", `The ticket must have the form ${formOf(rules.ticketPattern)}.`);
  return notify ? quietRefusal(rules, now, 'send "notify": false and pass the link on') : undefined;
}

/** Why users are not notified now; `instead` says what the agent may do meanwhile. */
export function quietRefusal({ quietHours }: RequestRules, now: Date, instead: string): AppError | undefined {
  const until = quietUntil(quietHours, now);
  if (!until) return undefined;
  const text = `Users are not notified in quiet hours (${quietHours?.text}). They end at ${until.toISOString()}. Ask again then, or ${instead} yourself.`;
  return new AppError("quiet-hours", text, { retryAfterSeconds: secondsUntil(until, now) });
}

/** Why the device's state in Intune stands against a request; undefined when it does not. */
export function complianceRefusal(
  { compliance }: RequestRules,
  device: { compliance: string },
  reason: string | undefined,
): AppError | undefined {
  if (complianceOf(device) !== "not-compliant") return undefined;
  if (compliance === "block")
    return new AppError(
      "device-not-compliant",
      "Intune calls this device not compliant. Mend that first, then ask again.",
    );
  return compliance === "require-reason" && reason === undefined
    ? reasonRequired("Intune calls this device not compliant. ")
    : undefined;
}

/** The pattern as it was set. */
export const formOf = ({ source }: RegExp) => source.replace(/^\^\(\?:|\)\$$/g, "");

export const secondsUntil = (until: Date, now: Date) =>
  Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000));

const reasonRequired = (why: string) => new AppError("reason-required", `${why}Say in reason why help is needed.`);
