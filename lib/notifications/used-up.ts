import { AppError } from "../errors.ts";
import { secondsUntilBudget } from "./budget.ts";
import type { NotificationLedger } from "./ports.ts";

type Deps = { ledger: Pick<NotificationLedger, "sentTimes">; now: () => Date };

/** No tenant notifies so many devices ten times within the hour. */
const MOST_DEVICES = 10_000;

export type UsedUpBudgets = ReturnType<typeof makeUsedUpBudgets>;

/** The devices whose hourly budget this process saw used up, so that the next request for one need not ask anybody else. */
export function makeUsedUpBudgets({ ledger, now }: Deps) {
  const untilMs = new Map<string, number>();

  return {
    remember(deviceId: string, waitSeconds: number): void {
      const [oldest] = untilMs.keys();
      if (untilMs.size >= MOST_DEVICES && oldest !== undefined) untilMs.delete(oldest);
      untilMs.set(deviceId, now().getTime() + waitSeconds * 1000);
    },
    /**
     * Seconds that a remembered device still has to wait, as the ledger says now; 0 for every other, for which the ledger
     * is not asked. A ledger that cannot be read decides nothing here.
     */
    async waitSeconds(deviceId: string): Promise<number> {
      const isRemembered = (untilMs.get(deviceId) ?? 0) > now().getTime();
      const seconds = isRemembered
        ? await ledger.sentTimes(deviceId).then(
            ({ times }) => secondsUntilBudget(times, now()),
            () => undefined,
          )
        : 0;
      if (seconds === 0) untilMs.delete(deviceId);
      return seconds ?? 0;
    },
  };
}

/** `instead` says what the agent may do meanwhile. */
export function budgetUsedUp(retryAfterSeconds: number, instead: string): AppError {
  const text = `This device was notified 10 times within the hour. Wait, or ${instead} yourself.`;
  return new AppError("too-many-notifications", text, { retryAfterSeconds });
}
