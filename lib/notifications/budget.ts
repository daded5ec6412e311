/** Intune takes at most this many custom notifications an hour for one device (learn.microsoft.com/mem/intune/remote-actions/custom-notifications). */
export const NOTIFICATIONS_PER_HOUR = 10;
const HOUR_MS = 60 * 60 * 1000;

/** The times that still count at `now`. */
export function timesWithinTheHour(times: readonly Date[], now: Date): Date[] {
  return times.filter((time) => now.getTime() - time.getTime() < HOUR_MS);
}

/** Seconds until the device may be notified again; 0 when it may be now. */
export function secondsUntilBudget(times: readonly Date[], now: Date): number {
  const counted = timesWithinTheHour(times, now).sort((a, b) => a.getTime() - b.getTime());
  const blocking = counted[counted.length - NOTIFICATIONS_PER_HOUR];
  return blocking ? Math.max(1, Math.ceil((blocking.getTime() + HOUR_MS - now.getTime()) / 1000)) : 0;
}
