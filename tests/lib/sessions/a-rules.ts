import type { RequestRules } from "../../../lib/sessions/rules.ts";

/** What a company demands that changed no setting, with `changes`. */
export function aRules(changes: Partial<RequestRules> = {}): RequestRules {
  return { requireReason: false, ticketPattern: undefined, compliance: "ignore", quietHours: undefined, ...changes };
}
