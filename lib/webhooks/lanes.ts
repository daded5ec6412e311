/** One call under way. `leave` gives the lane back and says whether the receiver was quick. */
export type Lane = { leave: (wasQuick: boolean) => void };

/** Calls at once to a receiver that was quick the last time. */
const WIDE = 4;

/** Receivers that were slow, failed or are new: one call each, and so many together. */
const MAX_UNSURE = 8;

/**
 * How many calls may be under way in this process. The host hands over 24 messages at a time; receivers that do not answer
 * take at most a third of that, so those that do are served meanwhile, however many messages wait for the others.
 */
export function makeLanes() {
  const underWay = new Map<string, number>();
  const quick = new Set<string>();

  return {
    /** undefined: there is no lane for this endpoint now. */
    enter(webhookId: string): Lane | undefined {
      const own = underWay.get(webhookId) ?? 0;
      const unsure = [...underWay.keys()].filter((id) => !quick.has(id)).length;
      const isFree = quick.has(webhookId) ? own < WIDE : own === 0 && unsure < MAX_UNSURE;
      if (!isFree) return undefined;
      underWay.set(webhookId, own + 1);
      return {
        leave(wasQuick) {
          const left = (underWay.get(webhookId) ?? 1) - 1;
          if (left > 0) underWay.set(webhookId, left);
          else underWay.delete(webhookId);
          if (wasQuick) quick.add(webhookId);
          else quick.delete(webhookId);
        },
      };
    },
  };
}
