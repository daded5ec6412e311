/**
 * What became of a call to a target. `refused-address`: its name leads to an address that is not public, nothing was sent.
 * `text` is the beginning of the answer's body, for the proof of consent alone: it is shown to nobody.
 */
export type TargetAnswer = { durationMs: number } & (
  | {
      outcome: "answered";
      status: number;
      text: string;
      allowedOrigin: string | undefined;
      retryAfterSeconds: number | undefined;
    }
  | { outcome: "refused-address" | "unreachable" | "timeout" | "cut" }
);

/** Why an attempt did not succeed. `redirected` and `status` are answers; the others mean that there was none. */
export const attemptProblems = [
  "status",
  "redirected",
  "gone",
  "timeout",
  "unreachable",
  "cut",
  "refused-address",
  "given-up",
  "paused",
] as const;
export type AttemptProblem = (typeof attemptProblems)[number];

/** What an answer means: undefined is success, which is 2xx and nothing else (Standard Webhooks 1.0.0, "Delivery"). */
export function problemOf(answer: TargetAnswer): AttemptProblem | undefined {
  if (answer.outcome !== "answered") return answer.outcome;
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  if (status === 410) return "gone";
  return status >= 300 && status < 400 ? "redirected" : "status";
}
