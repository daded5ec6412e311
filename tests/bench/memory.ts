import { startFleet } from "../faults/fleet.ts";
import { shoot } from "../faults/load/shooting.ts";
import { type Figure, quantile } from "./figure.ts";
import { residentBytes } from "./process-figures.ts";

const SECONDS = 600;
const RATE = 10;
const LOOK_EVERY_MS = 1_000;
const MOST_GROWTH_PERCENT = 5;
/** Of the whole time: warmed up after a fifth; a tenth is looked at then, and at the end. */
const WARM = 0.2;
const WINDOW = 0.1;

/** What the functions process holds at the end of ten minutes of session starts against after two; all medians of a minute. */
export async function measureMemory(seconds = SECONDS): Promise<Figure[]> {
  const fleet = await startFleet(1);
  try {
    const seen: number[] = [];
    const watch = setInterval(() => seen.push(residentBytes(fleet.product.processId)), LOOK_EVERY_MS);
    const { shots } = await shoot(fleet, { rate: RATE, seconds, isRepeating: true });
    clearInterval(watch);
    const refused = shots.filter(({ reply }) => reply.status !== 201).length;
    if (refused > 0) throw new Error(`${refused} of ${shots.length} session starts were not answered with 201`);
    const medianFrom = (part: number) => {
      const from = Math.floor(seen.length * part);
      return quantile(seen.slice(from, from + Math.ceil(seen.length * WINDOW)), 0.5);
    };
    const [warm, end] = [medianFrom(WARM), medianFrom(1 - WINDOW)];
    const what = `memory of the functions process, ${seconds} s at ${RATE} session starts a second`;
    return [
      { what: `${what}: growth`, unit: "%", measured: (end / warm - 1) * 100, goal: MOST_GROWTH_PERCENT },
      {
        what: `${what}: at the end`,
        unit: "bytes",
        measured: end,
        goal: Number.POSITIVE_INFINITY,
        baseline: { what: "after a fifth of the time", measured: warm },
      },
    ];
  } finally {
    await fleet.stop();
  }
}
