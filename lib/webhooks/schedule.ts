/** Seconds before each attempt after the first one (Standard Webhooks 1.0.0, "Retry schedule"). */
const STEPS = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];

export const MAX_ATTEMPTS = STEPS.length + 1;

const DAY_SECONDS = 24 * 3600;

/**
 * Seconds from the failed `attempt` to the next one, undefined when it was the last. Up to a fifth is added by `random`
 * (0 to 1), so that what failed together does not come back together. A receiver that asks for more time gets it, up to a day.
 */
export function secondsToNext(attempt: number, random: number, retryAfterSeconds = 0): number | undefined {
  const step = STEPS[attempt - 1];
  if (step === undefined) return undefined;
  const spread = Math.ceil(step * (1 + random / 5));
  return Math.max(spread, Math.min(retryAfterSeconds, DAY_SECONDS));
}
