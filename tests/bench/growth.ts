import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, tokenOfApplication } from "../../infra/local/demo/browser.ts";
import { startProduct } from "../../infra/local/product.ts";
import { measureSearchGrowth } from "./device-growth.ts";
import { elapsedMs } from "./elapsed.ts";
import { type Figure, quantile } from "./figure.ts";
import { deviceOf, personOf, SELDOM_SEEN } from "./generated-rows.ts";
import { serveGeneratedTables } from "./generated-tables.ts";

const ROUNDS = 40;
const WARM_UP_ROUNDS = 5;
const MOST_GROWTH = 1.5;
const DAY_MS = 24 * 60 * 60_000;
/** Timers have nothing to do with it, and one would seal the whole audit. */
const DISABLED = { "AzureWebJobs.seal-audit.Disabled": "true", "AzureWebJobs.follow-sessions.Disabled": "true" };

const dayBefore = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

/** What is asked, by what it is called. */
const questions: Record<string, () => string> = {
  "audit, newest": () => "audit?top=25",
  "audit, from and to": () => `audit?top=25&from=${dayBefore(5)}&to=${dayBefore(4)}`,
  "audit, a device": () => `audit?top=25&device=${deviceOf(70)}`,
  "audit, a device that was seen once, long ago": () => `audit?top=25&device=${SELDOM_SEEN}`,
  "audit, a person": () => `audit?top=25&actor=${personOf(7)}`,
  "audit, an action": () => "audit?top=25&action=session.close",
  "audit, an action that was done once, long ago": () => "audit?top=25&action=connector.confirm",
  "sessions, newest": () => "sessions?top=25",
  "sessions, a device": () => `sessions?top=25&device=${deviceOf(70)}`,
  "sessions, a person": () => `sessions?top=25&requestedBy=${personOf(7)}`,
  "sessions, a state": () => "sessions?top=25&state=expired",
  "sessions, a state that none of the last 500 is in": () => "sessions?top=25&state=failed",
};

type Asked = { p95: number; calls: number };

/** Lists and searches with few rows and with many: how much longer they take. */
export async function measureGrowth(rows: readonly number[]): Promise<Figure[]> {
  const [few = 0] = rows;
  const asked = new Map<number, Record<string, Asked>>();
  for (const count of rows) asked.set(count, await askAll(count));
  const least = asked.get(few) ?? {};
  const figures = rows.slice(1).flatMap((count) =>
    Object.entries(asked.get(count) ?? {}).map(([question, { p95, calls }]): Figure => {
      const base = least[question]?.p95 ?? Number.NaN;
      return {
        what: `GET ${question}, ${count.toLocaleString("en")} rows, p95 (${calls.toFixed(0)} storage calls)`,
        unit: "ms",
        measured: p95,
        goal: Math.round(MOST_GROWTH * base * 10) / 10,
        baseline: { what: `${few.toLocaleString("en")} rows`, measured: base },
      };
    }),
  );
  return [...figures, ...(await measureSearchGrowth())];
}

async function askAll(rows: number): Promise<Record<string, Asked>> {
  const dataDirectory = mkdtempSync(join(tmpdir(), "bench-growth-"));
  const tables = await serveGeneratedTables(rows, new Date());
  const product = await startProduct({
    port: 0,
    dataDirectory,
    isInMemory: true,
    isBuilt: true,
    onOutput: () => {},
    settingsOf: (settings) => ({
      ...DISABLED,
      AzureWebJobsStorage: String(settings.AzureWebJobsStorage).replace(
        /TableEndpoint=[^;]+/,
        `TableEndpoint=${tables.url}`,
      ),
    }),
  });
  try {
    const auditor = await tokenOfApplication(product.addresses, "Log collector");
    const asked: Record<string, Asked> = {};
    for (const [question, path] of Object.entries(questions)) {
      const ask = () => call(`${product.addresses.app}/api/${path()}`, auditor, 200);
      for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await ask();
      const before = tables.served.calls;
      const tookMs: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) tookMs.push(await elapsedMs(ask));
      asked[question] = { p95: quantile(tookMs, 0.95), calls: (tables.served.calls - before) / ROUNDS };
    }
    return asked;
  } finally {
    await product.stop();
    tables.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}
