import { join } from "node:path";
import { buildHost } from "../../infra/local/host/build-host.ts";
import { root } from "../../infra/local/product.ts";
import { zipOf } from "../../infra/package-zip.ts";
import { type Figure, quantile } from "./figure.ts";
import { startMeasuredProduct } from "./measured-product.ts";
import { firstRequestTime, importTime } from "./new-process.ts";
import { compileUnbundled } from "./unbundled.ts";

const RUNS = 15;
const GOALS = { importMs: 60, partOfUnbundled: 0.25, zipBytes: 2_000_000 };

type Times = { importMs: number[]; requestMs: number[] };

/** New processes: import and first answered request, of what is deployed; the baseline is the app as quickstarts have it. */
export async function measureColdStart(): Promise<Figure[]> {
  const bundled = { app: join(root, "dist"), main: "main.js", times: noTimes() };
  const unbundled = { app: compileUnbundled(), main: "start.js", times: noTimes() };
  const host = await buildHost();
  const measured = await startMeasuredProduct();
  try {
    // In turn, so that a slow moment of the machine meets both. The first round reads the disk and does not count.
    for (let run = 0; run <= RUNS; run += 1)
      for (const { app, main, times } of [bundled, unbundled]) {
        const importMs = importTime(join(app, main), measured.product.addresses.settings);
        const requestMs = await firstRequestTime(host, app, measured);
        if (run === 0) continue;
        times.importMs.push(importMs);
        times.requestMs.push(requestMs);
      }
  } finally {
    await measured.stop();
  }
  const [own, theirs] = [mediansOf(bundled.times), mediansOf(unbundled.times)];
  const againstUnbundled = (times: number) => ({ baseline: { what: "unbundled", measured: times } });
  return [
    {
      what: "start, import, p50",
      unit: "ms",
      measured: own.importMs,
      goal: GOALS.importMs,
      ...againstUnbundled(theirs.importMs),
    },
    {
      what: "start, import, part of unbundled",
      unit: "times",
      measured: own.importMs / theirs.importMs,
      goal: GOALS.partOfUnbundled,
    },
    {
      what: "start, until a first POST /api/sessions is answered, p50",
      unit: "ms",
      measured: own.requestMs,
      goal: Math.round(theirs.requestMs),
      ...againstUnbundled(theirs.requestMs),
    },
    { what: "the zip", unit: "bytes", measured: zipOf(bundled.app).length, goal: GOALS.zipBytes },
  ];
}

const noTimes = (): Times => ({ importMs: [], requestMs: [] });

const mediansOf = ({ importMs, requestMs }: Times) => ({
  importMs: quantile(importMs, 0.5),
  requestMs: quantile(requestMs, 0.5),
});
