/** How a receiver took a call: quick means that it accepted it, and soon. */
export type Taken = { isQuick: boolean; tookMs: number };

/** One call under way. `leave` gives the lane back and says how the receiver took the call, if there was one. */
export type Lane = { leave: (taken?: Taken) => void };

export type Lanes = ReturnType<typeof makeLanes>;

/** Calls at once to a receiver that was quick the last time. */
const WIDE = 4;

/** Receivers that were slow or failed: one call each, and so many together. As many again that are new to this process. */
const MAX_UNSURE = 8;

/** Messages that wait in here for quick receivers, and those that fail at once, whose lanes are all taken: a matter of milliseconds. */
const MAX_WAITING = 6;
const AT_ONCE_MS = 500;

/** How long a message is put back at most, and if its receiver is quick. */
const MAX_WAIT_SECONDS = 300;
const MAX_QUICK_WAIT_SECONDS = 4;

/**
 * How many calls may be under way in this process. The host hands over 24 messages at a time; receivers that do not answer
 * take at most a third of that, and those not known yet another one, so those that do are served meanwhile, however many
 * messages wait for the others. What waits for a slow receiver comes one after another, at the pace it has shown.
 */
export function makeLanes({ now }: { now: () => Date }) {
  const underWay = new Map<string, number>();
  const quick = new Set<string>();
  const slow = new Map<string, { tookMs: number; busyUntilMs: number }>();
  let waiting: { id: string; go: (lane: Lane | number) => void }[] = [];

  const together = (isAlike: (id: string) => boolean) => [...underWay.keys()].filter(isAlike).length;
  const isNew = (id: string) => !quick.has(id) && !slow.has(id);
  const isFree = (id: string): boolean => {
    if (quick.has(id)) return (underWay.get(id) ?? 0) < WIDE;
    if (underWay.has(id)) return false;
    return together(isNew(id) ? isNew : (other) => slow.has(other)) < MAX_UNSURE;
  };

  const isPrompt = (id: string) => quick.has(id) || (slow.get(id)?.tookMs ?? AT_ONCE_MS) < AT_ONCE_MS;

  function note(id: string, { isQuick, tookMs }: Taken): void {
    if (isQuick) slow.delete(id);
    else slow.set(id, { tookMs, busyUntilMs: slow.get(id)?.busyUntilMs ?? 0 });
    if (isQuick) quick.add(id);
    else quick.delete(id);
  }

  /** A second at first, then doubling; for a slow receiver the time at which it has taken all that was put back before. */
  function secondsToLane(id: string, putBacks: number): number {
    const known = slow.get(id);
    if (!known) return Math.min(quick.has(id) ? MAX_QUICK_WAIT_SECONDS : MAX_WAIT_SECONDS, 2 ** Math.min(putBacks, 9));
    const atMs = now().getTime();
    known.busyUntilMs = Math.max(atMs, known.busyUntilMs) + known.tookMs;
    return Math.min(MAX_WAIT_SECONDS, Math.max(1, Math.ceil((known.busyUntilMs - atMs) / 1000)));
  }

  function take(id: string): Lane {
    underWay.set(id, (underWay.get(id) ?? 0) + 1);
    return {
      leave(taken) {
        const left = (underWay.get(id) ?? 1) - 1;
        if (left > 0) underWay.set(id, left);
        else underWay.delete(id);
        if (taken) note(id, taken);
        callIn(id);
      },
    };
  }

  /** The next one that waits for this receiver; all of them when it is not prompt any more or has no lane: they are sent away. */
  function callIn(id: string): void {
    const own = waiting.filter((each) => each.id === id);
    const called = isPrompt(id) && isFree(id) ? own.slice(0, 1) : own;
    waiting = waiting.filter((each) => !called.includes(each));
    for (const each of called) each.go(isFree(id) ? take(id) : secondsToLane(id, 0));
  }

  return {
    /** The seconds after which a new message is best seen first: 0, unless a slow receiver has others to take before it. */
    secondsToTurn(id: string): number {
      const known = slow.get(id);
      if (!known || isPrompt(id) || (isFree(id) && known.busyUntilMs <= now().getTime())) return 0;
      return secondsToLane(id, 0);
    },
    /** A lane, or the seconds after which there may be one. */
    async enter(id: string, putBacks: number): Promise<Lane | number> {
      if (isFree(id)) return take(id);
      // Only who leaves a lane of this receiver calls in what waits for it.
      if (!underWay.has(id) || !isPrompt(id) || waiting.length >= MAX_WAITING) return secondsToLane(id, putBacks);
      return new Promise((go) => waiting.push({ id, go }));
    },
  };
}
