import type { Broken } from "../crash/invariants.ts";
import type { Trace } from "../crash/trace.ts";
import type { FaultName } from "./call-faults.ts";
import type { CallSite } from "./call-sites.ts";

/** Answers to the sending call itself that say plainly that nothing was sent, for now or for good. */
const NOT_NOW: readonly FaultName[] = ["503 with Retry-After", "429"];
const NEVER: readonly FaultName[] = ["403"];

/** Exactly one notification after every fault that can be judged, at most one after the others, and the session says which. */
export function brokenNotification({ sends, sessions }: Trace, site: CallSite, fault: FaultName): Broken[] {
  const count = sends.length;
  const state = sessions[0]?.notification.state;
  const isSending = site.service === "graph" && site.asks.endsWith("/sendCustomNotificationToCompanyPortal");
  const said: Broken[] = [];
  const told = (states: readonly (string | undefined)[]) => {
    if (!states.includes(state)) said.push(`stuck: ${count} notifications, said to be ${state}`);
  };
  if (count > 1) said.push(`doubled: ${count} notifications`);
  if (isSending && NEVER.includes(fault)) told(["failed"]);
  else if (isSending && !NOT_NOW.includes(fault)) told(["unknown"]);
  else {
    if (count < 1) said.push(`lost: no notification, said to be ${state}`);
    // After a process could not write down that it sent, nobody else can tell.
    told(["sent", "unknown"]);
  }
  return said;
}
