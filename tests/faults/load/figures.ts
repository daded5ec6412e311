import { readFileSync } from "node:fs";
import type { Shot } from "./shooting.ts";

/** How often each answer came: `201`, `429 too-many-requests`, `0 …` for none. */
export function tally(shots: readonly Shot[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { reply } of shots) {
    const name =
      `${reply.status} ${reply.status === 201 ? "" : (/"code":"([\w-]+)"/.exec(reply.text)?.[1] ?? reply.text.slice(0, 80))}`.trim();
    found[name] = (found[name] ?? 0) + 1;
  }
  return found;
}

/** Milliseconds below which so large a share of the shots was done. */
export function timesOf(shots: readonly Shot[]) {
  const times = shots.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
  return { p50ms: at(0.5), p99ms: at(0.99), maxMs: at(1) };
}

/** Resident megabytes of a process (Linux; 0 elsewhere). */
export function megabytesOf(processId: number): number {
  try {
    const status = readFileSync(`/proc/${processId}/status`, "utf8");
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
