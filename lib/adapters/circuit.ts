import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from "cockatiel";

/** So many calls in a row without an answer say that a service is dead; one slow or lost answer does not. */
const FAILURES_IN_A_ROW = 5;

type Options = {
  /** Whether a failed call says that nobody is there. Every other ending says that somebody is. */
  isDead: (error: unknown) => boolean;
  /** What a call gets that was not made. */
  refusal: () => Error;
  onChange: (state: "open" | "closed") => void;
  /** How long nothing is sent; then one call tries, and decides for all. */
  openMs: number;
};

/** Makes a call, or refuses it at once while the service is known to be dead. */
export type Circuit = <T>(call: () => Promise<T>) => Promise<T>;

/** A circuit breaker for one service (docs/decisions/0015). It never repeats a call and never changes how one ended. */
export function makeCircuit({ isDead, refusal, onChange, openMs }: Options): Circuit {
  const policy = circuitBreaker(handleAll, {
    halfOpenAfter: openMs,
    breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
  });
  let told: "open" | "closed" = "closed";
  const tell = (state: "open" | "closed") => {
    if (state !== told) onChange(state);
    told = state;
  };
  policy.onBreak(() => tell("open"));
  policy.onReset(() => tell("closed"));

  return async (call) => {
    // The library lets everybody wait for the one that tries, which may take longer than their own deadline.
    if (policy.state === CircuitState.HalfOpen) throw refusal();
    const ended = await policy
      .execute(() => endingOf(call, isDead))
      .catch((error: unknown) => {
        throw error instanceof BrokenCircuitError ? refusal() : error;
      });
    if ("error" in ended) throw ended.error;
    return ended.value;
  };
}

/** What a call answered or failed with; throws only what speaks for a dead service. */
async function endingOf<T>(call: () => Promise<T>, isDead: Options["isDead"]) {
  try {
    return { value: await call() };
  } catch (error) {
    if (isDead(error)) throw error;
    return { error };
  }
}
