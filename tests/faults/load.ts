import { parseArgs } from "node:util";
import { startFleet } from "./fleet.ts";
import { megabytesOf, tally, timesOf } from "./load/figures.ts";
import { overload } from "./load/overload.ts";
import { reconcile, remoteIds, settle } from "./load/reconcile.ts";
import { shoot } from "./load/shooting.ts";

/**
 * `node tests/faults/load.ts --rate 20 --seconds 600 [--processes 1]`: starts the built product, asks for sessions at a fixed
 * rate whatever is answered, and compares the answers with every journal: fails when a session or a notification is lost or
 * doubled. With `--overload`, more is asked than may be served: fails when anything but 2xx, 429 or 503 with `Retry-After`
 * is answered, when it takes longer than 30 s to be well again, or when memory grows by more than a tenth.
 */
const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "20" },
    seconds: { type: "string", default: "60" },
    processes: { type: "string", default: "1" },
    overload: { type: "boolean", default: false },
    warmup: { type: "string", default: "30" },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const fleet = await startFleet(Number(values.processes));
const about = `${rate}/s for ${seconds} s, ${values.processes} process(es)`;
try {
  if (values.overload) {
    const { isBroken, ...line } = await overload(fleet, { rate, seconds, warmupSeconds: Number(values.warmup) });
    process.stdout.write(`overload ${about}: ${JSON.stringify(line)}\n`);
    process.exitCode = isBroken ? 1 : 0;
  } else {
    const line = await load();
    process.stdout.write(`load ${about}: ${JSON.stringify(line)}\n`);
    process.exitCode = line.lost + line.doubled + line.refused + line.others === 0 ? 0 : 1;
  }
} finally {
  await fleet.stop();
}

async function load() {
  const { surroundings, processId } = fleet.product;
  const before = remoteIds(surroundings);
  const memoryBefore = megabytesOf(processId);
  const { shots, lateMs } = await shoot(fleet, { rate, seconds, isRepeating: true });
  const memoryAfter = megabytesOf(processId);
  const settledSeconds = await settle(surroundings);
  const found = await reconcile(fleet, shots, before);
  return {
    asked: shots.length,
    ...found,
    refused: shots.length - found.accepted,
    repeats: shots.reduce((sum, { repeats }) => sum + repeats, 0),
    answers: tally(shots),
    ...timesOf(shots),
    sentLateMs: Math.round(lateMs),
    settledSeconds,
    memoryMB: `${memoryBefore} -> ${memoryAfter}`,
  };
}
