import type { Access, TeamViewerAccess } from "../connector/access.ts";
import { isAppError } from "../errors.ts";
import type { Lacking, ReportAnswer } from "./ports.ts";

type Deps = { access: TeamViewerAccess; now: () => Date };

/** `later`: TeamViewer cannot be asked now, or takes no more calls. `unreadable`: it gave an answer that cannot be used. */
export type Gated = ReportAnswer | { outcome: "later" } | { outcome: "unreadable" };

/** The one way to TeamViewer's connection report, for all who ask. */
export type ReportGate = {
  /** False while asking is known to be in vain: nothing has to be made ready for it. */
  isOpen: () => Promise<boolean>;
  ask: (work: (access: Access) => Promise<ReportAnswer>) => Promise<Gated>;
  /** True when TeamViewer was asked within the hour and gave a report: nobody has to find out whether it does. */
  isKnownToWork: () => boolean;
};

const KNOWN_MS = 60 * 60_000;
const PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 30 * 60_000;

/**
 * Remembers for an hour that the grant may not read reports, and leaves TeamViewer alone while it takes no more calls, each
 * time for longer: its limits are counted for each function by itself, so sessions do not suffer (API documentation 2.7).
 */
export function makeReportGate({ access, now }: Deps): ReportGate {
  let refused: { connectionId: string; lacking: Lacking; untilMs: number } | undefined;
  let workedUntilMs = 0;
  let pausedUntilMs = 0;
  let pauses = 0;

  function pause(retryAfterSeconds = 0): { outcome: "later" } {
    const growing = PAUSE_MS * 2 ** Math.min(pauses, 10);
    // Those who asked side by side are told side by side: that is one pause.
    if (pausedUntilMs <= now().getTime()) pauses += 1;
    pausedUntilMs = now().getTime() + Math.max(retryAfterSeconds * 1000, Math.min(growing, LONGEST_PAUSE_MS));
    return { outcome: "later" };
  }

  /** Access where it is worth to ask, else what is known already. */
  async function enter(): Promise<{ access: Access } | { known: Gated }> {
    if (pausedUntilMs > now().getTime()) return { known: { outcome: "later" } };
    const current = await access.current();
    const isRefused = refused?.connectionId === current.connectionId && refused.untilMs > now().getTime();
    return refused && isRefused ? { known: { outcome: "refused", lacking: refused.lacking } } : { access: current };
  }

  async function ask(work: (access: Access) => Promise<ReportAnswer>): Promise<Gated> {
    const entered = await enter();
    if ("known" in entered) return entered.known;
    const { connectionId } = entered.access;
    const answer = await work(entered.access);
    const untilMs = now().getTime() + KNOWN_MS;
    pauses = 0;
    refused = answer.outcome === "refused" ? { connectionId, lacking: answer.lacking, untilMs } : undefined;
    workedUntilMs = answer.outcome === "read" ? untilMs : 0;
    return answer;
  }

  function whyNot(error: unknown): Gated {
    if (isAppError(error, "upstream-invalid")) return { outcome: "unreadable" };
    if (isAppError(error, "connector-not-connected", "connector-needs-consent", "connector-changed"))
      return { outcome: "later" };
    if (isAppError(error)) return pause(error.retryAfterSeconds);
    throw error;
  }

  return {
    isKnownToWork: () => workedUntilMs > now().getTime(),
    isOpen: async () => "access" in (await enter().catch((error: unknown) => ({ known: whyNot(error) }))),
    ask: (work) => ask(work).catch(whyNot),
  };
}
