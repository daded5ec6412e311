/**
 * A way to make a stand-in fail. `method` and `path` (a regular expression, ignoring case) choose the requests; left out, all.
 * `skip` lets the first so many matching requests pass; the fault then strikes `times` requests (default 1, 0 = for ever).
 * What it does: wait `delayMs`, then `status` (with `headers`, `body`) instead of the normal answer, or `behaviour`:
 * `hang` never answers, `reset` cuts the connection before any work, `reset-after` does the work and then cuts.
 */
export type Fault = {
  method?: string;
  path?: string;
  skip?: number;
  times?: number;
  delayMs?: number;
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  behaviour?: "hang" | "reset" | "reset-after";
};

type Armed = Fault & { id: string; seen: number; struck: number };

/** The faults one stand-in has armed, oldest first; the first that fits a request strikes. */
export function faultBook() {
  let armed: Armed[] = [];
  let count = 0;
  return {
    add(fault: Fault): string {
      count += 1;
      const id = `fault-${count}`;
      armed.push({ ...fault, id, seen: 0, struck: 0 });
      return id;
    },
    clear() {
      armed = [];
    },
    list: () => armed,
    take(request: { method: string; path: string }): Armed | undefined {
      for (const fault of armed) {
        if (fault.method && fault.method.toUpperCase() !== request.method) continue;
        if (fault.path && !new RegExp(fault.path, "i").test(request.path)) continue;
        fault.seen += 1;
        if (fault.seen <= (fault.skip ?? 0)) continue;
        if (fault.times !== 0 && fault.struck >= (fault.times ?? 1)) continue;
        fault.struck += 1;
        return fault;
      }
      return undefined;
    },
  };
}
