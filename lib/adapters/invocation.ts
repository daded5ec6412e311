import { AsyncLocalStorage } from "node:async_hooks";
import type { AuditEntry } from "../audit/entry.ts";
import { type OutcomeLine, outcomeLineOf } from "../audit/outcome-line.ts";
import { type makeServiceOf, type Service, troubleWith } from "./callee.ts";
import { type Caller, endAbandoned, type ObservedCall, observeCalls } from "./observed-calls.ts";

/** What is told of an invocation while it runs: calls that failed, and what the audit was given. */
export type InvocationLine =
  | { event: "dependency"; service: Service; outcome: string; status?: number; durationMs: number; attempt: number }
  | OutcomeLine;
type Write = (level: "info" | "warn", line: InvocationLine) => void;

/** What was asked of one service: `ms` together, until each began to answer. */
type Calls = { service: Service; count: number; failed: number; ms: number };

/** One run of a function. */
export type Watch = {
  /** Does the function's work; the calls it makes and the audit it writes are the invocation's. */
  run: <T>(work: () => T) => T;
  /** What it took. Calls that still run are told later, and in no sum. */
  end: () => { durationMs: number; calls: readonly Calls[] };
};

const running = new AsyncLocalStorage<Caller & { write: Write }>();
let isObserving = false;

/** Writes what the audit was given as a line of the invocation that this code runs in, if any. */
export function tellOutcome(entry: AuditEntry): void {
  const line = outcomeLineOf(entry);
  if (line) running.getStore()?.write("info", line);
}

/** Watches what invocations ask of services. */
export function makeWatch(serviceOf: ReturnType<typeof makeServiceOf>) {
  if (!isObserving) observeCalls(() => running.getStore());
  isObserving = true;

  return (write: Write): Watch => {
    const startedMs = performance.now();
    const calls = new Map<Service, Calls>();
    const tries = new Map<string, number>();
    const note = (call: ObservedCall) => {
      const service = serviceOf(call);
      const { operation, status, durationMs } = call;
      const outcome = troubleWith(service, call);
      const { count, failed, ms } = calls.get(service) ?? { count: 0, failed: 0, ms: 0 };
      calls.set(service, { service, count: count + 1, failed: failed + (outcome ? 1 : 0), ms: ms + durationMs });
      const attempt = (operation === undefined ? 0 : (tries.get(operation) ?? 0)) + 1;
      if (operation !== undefined) tries.set(operation, attempt);
      if (!outcome) return;
      write("warn", {
        event: "dependency",
        service,
        outcome,
        ...(status === undefined ? {} : { status }),
        durationMs,
        attempt,
      });
    };
    const caller: Caller = { note, underWay: new Set() };
    return {
      run: (work) => running.run({ ...caller, write }, work),
      end() {
        endAbandoned(caller);
        return { durationMs: Math.round(performance.now() - startedMs), calls: [...calls.values()] };
      },
    };
  };
}
