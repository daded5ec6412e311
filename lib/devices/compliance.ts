/**
 * Intune's compliance states that say no (learn.microsoft.com/graph/api/resources/intune-devices-compliancestate). A device in
 * its grace period may be used, and of one that is unknown nobody has said anything yet: those are no more than a warning.
 */
const NOT_COMPLIANT = ["noncompliant", "conflict", "error"];
const UNSURE = ["unknown", "ingraceperiod"];

/** What Intune's compliance state comes down to; a state that is not known here counts as unsure. */
export function complianceOf({ compliance }: { compliance: string }): "compliant" | "unsure" | "not-compliant" {
  const state = compliance.toLowerCase();
  if (NOT_COMPLIANT.includes(state)) return "not-compliant";
  return UNSURE.includes(state) || !["compliant", "configmanager"].includes(state) ? "unsure" : "compliant";
}
