/** Stands in for a call: may look, change something, fail, or let it happen. */
export type Instead = (call: () => Promise<unknown>) => unknown;

/** Calls that leave, in their order, and what is done instead of some of them. */
export function makeJournal() {
  const calls: string[] = [];
  const armed: { label: string; instead: Instead; times: number }[] = [];

  async function run(label: string, call: () => Promise<unknown>): Promise<unknown> {
    calls.push(label);
    const next = armed.find((each) => each.label === label && each.times > 0);
    if (!next) return call();
    next.times -= 1;
    return next.instead(call);
  }

  /** The port, each call of it journaled as `name.call`. */
  function kept<Port extends Record<string, (...given: never[]) => unknown>>(name: string, port: Port): Port {
    const entries = Object.entries(port).map(([key, call]) => [
      key,
      (...given: never[]) => run(`${name}.${key}`, async () => call(...given)),
    ]);
    return Object.fromEntries(entries) as Port;
  }

  const instead = (label: string, what: Instead, times = 1) => void armed.push({ label, instead: what, times });
  return {
    calls,
    run,
    kept,
    instead,
    /** Just before the call leaves. */
    before: (label: string, act: () => unknown, times = 1) =>
      instead(
        label,
        async (call) => {
          await act();
          return call();
        },
        times,
      ),
    /** When it was done, before its answer is known. */
    after: (label: string, act: () => unknown, times = 1) =>
      instead(
        label,
        async (call) => {
          const answer = await call();
          await act();
          return answer;
        },
        times,
      ),
    fail(label: string, times = 1, error: unknown = new Error(`${label} is away`)) {
      instead(
        label,
        () => {
          throw error;
        },
        times,
      );
    },
    countOf: (label: string) => calls.filter((call) => call === label).length,
    /** Everything works again. */
    clear: () => void armed.splice(0),
  };
}
