import { call, tokenOfPerson } from "../../infra/local/demo/browser.ts";
import { baselineTimes, type DepthTimes } from "./baseline-depth.ts";
import { consentUntilCallback } from "./consenting.ts";
import { delayEverything } from "./delays.ts";
import { elapsedMs } from "./elapsed.ts";
import { type Figure, quantile } from "./figure.ts";
import { type MeasuredProduct, startMeasuredProduct } from "./measured-product.ts";

const DELAY_MS = 100;

const BASELINE_ROUNDS = 7;

/** How often each is measured. */
type Depths = Record<keyof DepthTimes, number>;
const ROUNDS: Depths = { sessions: 25, devices: 25, callbacks: 11, notifications: 15 };
const goals: Record<keyof DepthTimes, { what: string; goal: number }> = {
  sessions: { what: "POST /api/sessions", goal: 4.3 },
  devices: { what: "GET /api/devices?search=", goal: 1.3 },
  callbacks: { what: "callback", goal: 4.3 },
  notifications: { what: "notify", goal: 3.3 },
};

/** How many calls stand one after another: everything that is asked takes 100 ms, so the time tells. Warmed up before. */
export async function measureDepth(): Promise<Figure[]> {
  const measured = await startMeasuredProduct();
  const { addresses, surroundings } = measured.product;
  const slow = () => delayEverything(surroundings, DELAY_MS);
  const fast = () => delayEverything(surroundings, 0);
  const token = await tokenOfPerson(addresses, "Ada Administrator");
  const administrator = { token, app: measured.app, teamviewer: addresses.teamviewer };
  const running = [measured.stop];
  try {
    await workOf(measured, administrator, { sessions: 3, devices: 3, callbacks: 2, notifications: 3 });
    slow();
    const tookMs = await workOf(measured, administrator, ROUNDS);
    fast();
    const quickstart = await baselineTimes(measured, administrator, BASELINE_ROUNDS, slow);
    running.unshift(quickstart.stop);
    const depth = (times: number[]) => quantile(times, 0.5) / DELAY_MS;
    return (Object.keys(goals) as (keyof DepthTimes)[]).map((name) => ({
      what: `depth of ${goals[name].what}, each call ${DELAY_MS} ms, p50`,
      unit: "delays",
      measured: depth(tookMs[name]),
      goal: goals[name].goal,
      baseline: { what: "as quickstarts do it", measured: depth(quickstart.times[name]) },
    }));
  } finally {
    fast();
    for (const stop of running) await stop();
  }
}

async function workOf(
  measured: MeasuredProduct,
  administrator: Parameters<typeof consentUntilCallback>[0],
  rounds: Depths,
): Promise<DepthTimes> {
  const { app, token, newDevice } = measured;
  const phones = Array.from({ length: rounds.notifications }, () => newDevice("PHONE-ANA"));
  const pc = newDevice("PC-001");

  const sessions = await inTurn(rounds.sessions, () => elapsedMs(() => measured.requestSession(pc)));
  const devices = await inTurn(rounds.devices, () =>
    elapsedMs(() => call(`${app}/api/devices?search=PHONE-ANA`, token, 200)),
  );
  const callbacks = await inTurn(rounds.callbacks, async () => {
    const consent = await consentUntilCallback(administrator);
    const tookMs = await elapsedMs(() => consent.comeBack());
    await consent.confirm();
    return tookMs;
  });
  await measured.tookMs("notify", 0);
  for (const phone of phones) await measured.requestSession(phone);
  return { sessions, devices, callbacks, notifications: await measured.tookMs("notify", rounds.notifications) };
}

async function inTurn(times: number, work: () => Promise<number>): Promise<number[]> {
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) taken.push(await work());
  return taken;
}
