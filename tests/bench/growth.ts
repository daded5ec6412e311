import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, tokenOfApplication } from "../../infra/local/demo/browser.ts";
import { startProduct } from "../../infra/local/product.ts";
import { startBaselineHost } from "./baseline-app.ts";
import { measureSearchGrowth } from "./device-growth.ts";
import { elapsedMs } from "./elapsed.ts";
import { type Figure, quantile } from "./figure.ts";
import { deviceOf, personOf, SELDOM_SEEN } from "./generated-rows.ts";
import { serveGeneratedTables } from "./generated-tables.ts";

const ROUNDS = 40;
/** A round of so many is for warming up, and one at least: rows are made up when they are first read. */
const WARM_UP_PART = 8;
/** A quickstart reads everything each time: asked once; with more rows that is minutes. */
const QUICKSTART_ROUNDS = 1;
const MOST_ROWS_OF_QUICKSTART = 100_000;
const MOST_GROWTH = 1.5;
const DAY_MS = 24 * 60 * 60_000;
/** Timers have nothing to do with it, and one would seal the whole audit. */
const DISABLED = { "AzureWebJobs.seal-audit.Disabled": "true", "AzureWebJobs.follow-sessions.Disabled": "true" };

const dayBefore = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

type Question = { own: () => string; quickstart: () => string };

const ofAudit = (rest = "") => `PartitionKey eq 'audit'${rest}`;
const ofSessions = (rest = "") => `PartitionKey eq 'session'${rest}`;

/** What is asked, by what it is called: of the product, and as quickstarts ask a table for it. */
const questions: Record<string, Question> = {
  "audit, newest": { own: () => "audit?top=25", quickstart: () => ofAudit() },
  "audit, from and to": {
    own: () => `audit?top=25&from=${dayBefore(5)}&to=${dayBefore(4)}`,
    quickstart: () => ofAudit(` and at ge '${dayBefore(5)}' and at lt '${dayBefore(4)}'`),
  },
  "audit, a device": {
    own: () => `audit?top=25&device=${deviceOf(70)}`,
    quickstart: () => ofAudit(` and deviceId eq '${deviceOf(70)}'`),
  },
  "audit, a device that was seen once, long ago": {
    own: () => `audit?top=25&device=${SELDOM_SEEN}`,
    quickstart: () => ofAudit(` and deviceId eq '${SELDOM_SEEN}'`),
  },
  "audit, a person": {
    own: () => `audit?top=25&actor=${personOf(7)}`,
    quickstart: () => ofAudit(` and actorId eq '${personOf(7)}'`),
  },
  "audit, an action": {
    own: () => "audit?top=25&action=session.close",
    quickstart: () => ofAudit(" and action eq 'session.close'"),
  },
  "audit, an action that was done once, long ago": {
    own: () => "audit?top=25&action=connector.confirm",
    quickstart: () => ofAudit(" and action eq 'connector.confirm'"),
  },
  "sessions, newest": { own: () => "sessions?top=25", quickstart: () => ofSessions() },
  "sessions, a device": {
    own: () => `sessions?top=25&device=${deviceOf(70)}`,
    quickstart: () => ofSessions(` and deviceId eq '${deviceOf(70)}'`),
  },
  "sessions, a person": {
    own: () => `sessions?top=25&requestedBy=${personOf(7)}`,
    quickstart: () => ofSessions(` and requestedBy eq '${personOf(7)}'`),
  },
  "sessions, a state": {
    own: () => "sessions?top=25&state=expired",
    quickstart: () => ofSessions(" and state eq 'expired'"),
  },
  "sessions, a state that none of the last 500 is in": {
    own: () => "sessions?top=25&state=failed",
    quickstart: () => ofSessions(" and state eq 'failed'"),
  },
};

type Asked = { p95: number; calls: number };
/** Of the product, and of the quickstart where it was asked. */
type Answers = Record<string, { own: Asked; quickstart?: Asked }>;

/** Lists and searches with few rows and with many: how much longer they take, and how long as quickstarts do them. */
export async function measureGrowth(rows: readonly number[]): Promise<Figure[]> {
  const [few = 0] = rows;
  const asked = new Map<number, Answers>();
  for (const count of rows) asked.set(count, await askAll(count));
  const least = asked.get(few) ?? {};
  const figures = rows.flatMap((count) =>
    Object.entries(asked.get(count) ?? {}).flatMap(([question, { own, quickstart }]): Figure[] => {
      const what = `GET ${question}, ${count.toLocaleString("en")} rows, p95 (${own.calls.toFixed(0)} storage calls)`;
      const base = least[question]?.own.p95 ?? Number.NaN;
      const measured = { what, unit: "ms", measured: own.p95 } as const;
      const againstFew = {
        ...measured,
        goal: Math.round(MOST_GROWTH * base * 10) / 10,
        baseline: { what: `${few.toLocaleString("en")} rows`, measured: base },
      };
      const againstQuickstart = quickstart && {
        ...measured,
        goal: Number.POSITIVE_INFINITY,
        baseline: {
          what: `as quickstarts do it, ${quickstart.calls.toFixed(0)} storage calls`,
          measured: quickstart.p95,
        },
      };
      return [...(count === few ? [] : [againstFew]), ...(againstQuickstart ? [againstQuickstart] : [])];
    }),
  );
  return [...figures, ...(await measureSearchGrowth())];
}

async function askAll(rows: number): Promise<Answers> {
  const dataDirectory = mkdtempSync(join(tmpdir(), "bench-growth-"));
  const tables = await serveGeneratedTables(rows, new Date());
  const withTables = (connectionString: string) =>
    connectionString.replace(/TableEndpoint=[^;]+/, `TableEndpoint=${tables.url}`);
  const product = await startProduct({
    port: 0,
    dataDirectory,
    isInMemory: true,
    isBuilt: true,
    onOutput: () => {},
    settingsOf: (settings) => ({
      ...DISABLED,
      AzureWebJobsStorage: withTables(String(settings.AzureWebJobsStorage)),
    }),
  });
  const { addresses, surroundings } = product;
  const running = [product.stop];
  const timed = async (rounds: number, ask: () => Promise<unknown>): Promise<Asked> => {
    for (let round = 0; round < rounds / WARM_UP_PART; round += 1) await ask();
    const before = tables.served.calls;
    const tookMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) tookMs.push(await elapsedMs(ask));
    return { p95: quantile(tookMs, 0.95), calls: (tables.served.calls - before) / rounds };
  };
  try {
    const auditor = await tokenOfApplication(addresses, "Log collector");
    const answers: Answers = {};
    for (const [question, { own }] of Object.entries(questions))
      answers[question] = { own: await timed(ROUNDS, () => call(`${addresses.app}/api/${own()}`, auditor, 200)) };
    if (rows > MOST_ROWS_OF_QUICKSTART) return answers;
    const AzureWebJobsStorage = withTables(surroundings.storage.connectionString);
    const baseline = await startBaselineHost({ ...surroundings.settingsFor(addresses.app), AzureWebJobsStorage });
    running.unshift(baseline.stop);
    for (const [question, { quickstart }] of Object.entries(questions)) {
      const own = answers[question]?.own ?? { p95: Number.NaN, calls: 0 };
      const ask = async () => {
        const answer = await fetch(`${baseline.url}/quickstart/list?filter=${encodeURIComponent(quickstart())}`);
        if (!answer.ok) throw new Error(`The quickstart answered ${answer.status}`);
        await answer.text();
      };
      answers[question] = { own, quickstart: await timed(QUICKSTART_ROUNDS, ask) };
    }
    return answers;
  } finally {
    for (const stop of running) await stop();
    tables.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}
