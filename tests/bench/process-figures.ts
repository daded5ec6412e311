import { readFileSync } from "node:fs";

/** The kernel counts a process's time in ticks of a hundredth of a second (times(2)). */
const TICK_MS = 10;

/** What the process has in memory now (proc(5)). */
export function residentBytes(processId: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${processId}/status`, "utf8"))?.[1];
  return Number(kib) * 1024;
}

/** What the process has computed so far, of its own and in the kernel for it (proc(5)). */
export function cpuMsOf(processId: number): number {
  const stat = readFileSync(`/proc/${processId}/stat`, "utf8");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) * TICK_MS;
}
