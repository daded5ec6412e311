import { setTimeout as delay } from "node:timers/promises";
import { ask, call } from "../../infra/local/demo/browser.ts";
import type { SessionView } from "../../lib/sessions/session.ts";
import type { MeasuredProduct } from "./measured-product.ts";
import { type CountedCalls, takeCalls } from "./storage-calls.ts";

const MINUTE_MS = 60_000;
const LINK = /https?:\/\/\S+\/h\/[\w-]+/;

/** Storage calls of whole lives; of TeamViewer's reports about them; and of as many minutes in which nothing happened. */
export type LifeCalls = { lived: CountedCalls; reported: CountedCalls; quietMinute: CountedCalls; minutes: number };

const MINUTES_JOINED = 1;
/** What closing owes is a minute old before the timer looks for it. */
const MINUTES_AFTER = 2;
const MINUTES_REPORTED = 2;
const QUIET_MINUTES = 2;

/**
 * So many sessions live their lives side by side: requested, notified, answered, joined, closed, until the timer has nothing
 * left to do with them; then their connections are reported; then nothing happens, which tells what the timers cost alone.
 */
export async function liveWholeLives(measured: MeasuredProduct, sessions: number): Promise<LifeCalls> {
  const { product, app, token, newDevice } = measured;
  const { graph, storage } = product.surroundings;
  const phones = Array.from({ length: sessions }, () => newDevice("PHONE-ANA"));
  await measured.requestSession(newDevice("PHONE-ANA"));
  await minutes(3);
  await measured.tookMs("notify", 0);
  takeCalls(storage.journal);

  const opened: SessionView[] = [];
  for (const phone of phones) opened.push(await measured.requestSession(phone));
  await measured.tookMs("notify", sessions);
  for (const { device, endCustomerUrl } of opened) {
    const [notification] = graph.notifications(device.id);
    const link = LINK.exec(notification?.body ?? "")?.[0] ?? "";
    await ask(link);
    await ask(link, { method: "POST", body: new URLSearchParams({ answer: "accept" }) });
    await ask(endCustomerUrl);
  }
  await minutes(MINUTES_JOINED);
  for (const { id } of opened) await call(`${app}/api/sessions/${id}/close`, token, 200, { method: "POST" });
  await minutes(MINUTES_AFTER);
  const lived = takeCalls(storage.journal);
  await minutes(MINUTES_REPORTED);
  const reported = takeCalls(storage.journal);
  await minutes(QUIET_MINUTES);
  const quiet = takeCalls(storage.journal);
  const quietMinute = { table: quiet.table / QUIET_MINUTES, queue: 0, seal: quiet.seal / QUIET_MINUTES, delete: 0 };
  return { lived, reported, quietMinute, minutes: MINUTES_JOINED + MINUTES_AFTER };
}

/** Till some seconds after the timers of a minute began. */
export async function toNextMinute() {
  await delay(MINUTE_MS - (Date.now() % MINUTE_MS) + SETTLED_MS);
}

const SETTLED_MS = 15_000;

async function minutes(count: number) {
  for (let minute = 0; minute < count; minute += 1) await toNextMinute();
}
