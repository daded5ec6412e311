import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { APP_URL, startTestApp, type TestApp } from "../app.ts";
import { connecting, connectorOf, liveGrants, tokenCalls } from "../connect.ts";
import { requesting } from "../requesting.ts";
import { startCallers } from "./refresh-race/callers.ts";

const IS_FULL = process.env.TRUST === "full";
const PROCESSES = 4;
const CALLERS = 50;

const DAY_MS = 86_400_000;
const MODES = ["rotating", "grace", "non-rotating"] as const;

/** How long TeamViewer takes with the token, how it treats used ones, and whether the old access token is still good. */
type Race = { latencyMs: number; mode: (typeof MODES)[number]; isOldGood: boolean };

const modeOf = (index: number) => MODES[index % MODES.length] ?? "rotating";

/** Most rounds are quick; some take longer than a lease lives without renewal, the longest half a minute. */
const LONG_MS = new Map([
  [20, 18_000],
  [45, 24_000],
  [61, 30_000],
  [80, 30_000],
]);
const races: Race[] = IS_FULL
  ? Array.from({ length: 100 }, (_, index) => ({
      latencyMs: LONG_MS.get(index) ?? (index % 10 === 9 ? 2_000 + index * 60 : 100 + ((index * 37) % 10) * 60),
      mode: modeOf(index),
      isOldGood: index % 2 === 1,
    }))
  : [
      { latencyMs: 300, mode: "rotating", isOldGood: false },
      { latencyMs: 5_000, mode: "grace", isOldGood: true },
      { latencyMs: 100, mode: "non-rotating", isOldGood: false },
    ];

let product: TestApp;
let callers: Awaited<ReturnType<typeof startCallers>>;
let folder: string;

beforeAll(async () => {
  product = await startTestApp();
  folder = mkdtempSync(join(tmpdir(), "refresh-race-"));
  callers = await startCallers(PROCESSES, product.around.settingsFor(APP_URL), folder);
}, 120_000);

afterAll(async () => {
  await callers.close();
  await product.stop();
  rmSync(folder, { recursive: true });
});

const expiresAt = async () => {
  const row = (await product.rows("connections")).find(({ connection }) => connection);
  const { accessExpiresAt } = JSON.parse(String(row?.connection)) as { accessExpiresAt: string };
  return Date.parse(accessExpiresAt);
};

/** A refresh may go on after all callers were served: the next round begins when its tokens are stored. */
async function refreshed(beforeMs: number) {
  for (let look = 0; look < 400 && (await expiresAt()) <= beforeMs; look += 1) await delay(200);
  return expiresAt();
}

test(
  "Four processes of fifty callers need a new token at once: one token call, nobody fails, no grant is lost",
  async () => {
    await connecting(product).connected();
    const agent = requesting(product);
    const deviceId = agent.device("PC-001").id;
    const sessionIds: string[] = [];
    while (sessionIds.length < CALLERS) {
      const opened = Array.from({ length: 5 }, () => agent.open({ deviceId, notify: false }));
      sessionIds.push(...(await Promise.all(opened)).map(({ id }) => id));
    }
    const token = await product.tokenFor("Bruno Agent");
    const sums = { failed: 0, tokenCalls: 0, mostTokenCalls: 0, lost: 0, slowestMs: 0, slowestWithOldMs: 0 };
    const found: string[] = [];

    for (const { latencyMs, mode, isOldGood } of races) {
      const { teamviewer } = product.around;
      teamviewer.setMode({ refresh: mode });
      product.clearFaults();
      teamviewer.addFault({ path: "/oauth2/token$", delayMs: latencyMs, times: 0 });
      // The journal holds a limited number of calls, fewer than all rounds make.
      teamviewer.journal.splice(0);
      const oldMs = await expiresAt();
      const outcomes = await callers.run({ nowMs: oldMs + (isOldGood ? -90_000 : 1_000), sessionIds, token });
      expect(await refreshed(oldMs)).toBeGreaterThan(oldMs + DAY_MS / 2);
      const failed = outcomes.flatMap((outcome) => outcome.failed);
      const slowestMs = Math.max(...outcomes.map((outcome) => outcome.slowestMs));
      const asked = tokenCalls(product, "refresh_token").length;
      const isLost = liveGrants(product).length !== 1;
      found.push(...failed.map((each) => `${latencyMs} ms, ${mode}: ${each}`));
      sums.failed += failed.length;
      sums.tokenCalls += asked;
      sums.mostTokenCalls = Math.max(sums.mostTokenCalls, asked);
      sums.lost += isLost ? 1 : 0;
      sums.slowestMs = Math.max(sums.slowestMs, Math.round(slowestMs));
      if (isOldGood) sums.slowestWithOldMs = Math.max(sums.slowestWithOldMs, Math.round(slowestMs));
    }
    process.stdout.write(
      `refresh race: ${races.length} rounds x ${PROCESSES} processes x ${CALLERS} callers, token endpoint 0.1 to ` +
        `${Math.max(...races.map(({ latencyMs }) => latencyMs)) / 1000} s: ${JSON.stringify(sums)}\n`,
    );
    expect([...new Set(found)]).toEqual([]);
    expect(sums).toMatchObject({ failed: 0, tokenCalls: races.length, mostTokenCalls: 1, lost: 0 });
    expect(await connectorOf(product)).toMatchObject({ status: "connected" });
  },
  20 * 60_000,
);
