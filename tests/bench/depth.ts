import { call, tokenOfPerson } from "../../infra/local/demo/browser.ts";
import { consentUntilCallback } from "./consenting.ts";
import { delayEverything } from "./delays.ts";
import { elapsedMs } from "./elapsed.ts";
import { type Figure, quantile } from "./figure.ts";
import { type MeasuredProduct, startMeasuredProduct } from "./measured-product.ts";

const DELAY_MS = 100;

/** How often each is measured. */
type Depths = { sessions: number; devices: number; callbacks: number; notifications: number };
const ROUNDS: Depths = { sessions: 25, devices: 25, callbacks: 11, notifications: 15 };
const GOALS: Depths = { sessions: 4.3, devices: 1.3, callbacks: 4.3, notifications: 3.3 };

/** How many calls stand one after another: everything that is asked takes 100 ms, so the time tells. Warmed up before. */
export async function measureDepth(): Promise<Figure[]> {
  const measured = await startMeasuredProduct();
  try {
    await workOf(measured, { sessions: 3, devices: 3, callbacks: 2, notifications: 3 });
    delayEverything(measured.product.surroundings, DELAY_MS);
    const tookMs = await workOf(measured, ROUNDS);
    const depth = (times: number[]) => quantile(times, 0.5) / DELAY_MS;
    return [
      figure("POST /api/sessions", depth(tookMs.sessions), GOALS.sessions),
      figure("GET /api/devices?search=", depth(tookMs.devices), GOALS.devices),
      figure("callback", depth(tookMs.callbacks), GOALS.callbacks),
      figure("notify", depth(tookMs.notifications), GOALS.notifications),
    ];
  } finally {
    delayEverything(measured.product.surroundings, 0);
    await measured.stop();
  }
}

const figure = (what: string, measured: number, goal: number): Figure => ({
  what: `depth of ${what}, each call ${DELAY_MS} ms, p50`,
  unit: "delays",
  measured,
  goal,
});

async function workOf(measured: MeasuredProduct, rounds: Depths) {
  const { product, app, token, newDevice } = measured;
  const { addresses } = product;
  const phones = Array.from({ length: rounds.notifications }, () => newDevice("PHONE-ANA"));
  const pc = newDevice("PC-001");
  const administrator = {
    token: await tokenOfPerson(addresses, "Ada Administrator"),
    app,
    teamviewer: addresses.teamviewer,
  };

  const sessions = await inTurn(rounds.sessions, () => elapsedMs(() => measured.requestSession(pc)));
  const devices = await inTurn(rounds.devices, () =>
    elapsedMs(() => call(`${app}/api/devices?search=PC-0`, token, 200)),
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
