import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Surroundings } from "../../../infra/local/surroundings.ts";
import type { Fleet, HttpReply } from "../fleet.ts";
import { callersFor } from "./callers.ts";

/** Phones take ten notifications an hour, so as many are taken in turn that nobody gets more than eight. */
const NOTIFICATIONS_A_PHONE = 8;
const COMPUTERS = 50;
const MOST_TRIES = 20;
const LONGEST_PAUSE_SECONDS = 5;

/** One request for a session: the last answer, how often it was asked again with its key, and how long all that took. */
export type Shot = { isPhone: boolean; reply: HttpReply; repeats: number; tookMs: number };

type Plan = {
  /** Requests a second, whatever is answered (open loop). */
  rate: number;
  seconds: number;
  /** Whether a request that gets 429 or 503 is asked again with the same key, as a good client does. */
  isRepeating: boolean;
};

/** Asks for sessions on phones, whose users are notified, and on Windows PCs in turn. `lateMs`: how late the latest left. */
export async function shoot({ send, product }: Fleet, { rate, seconds, isRepeating }: Plan) {
  const total = Math.round(rate * seconds);
  const tokenOf = await callersFor(product.surroundings, rate);
  const phones = devicesLike(product.surroundings, "PHONE-ANA", Math.ceil(total / 2 / NOTIFICATIONS_A_PHONE));
  const computers = devicesLike(product.surroundings, "PC-001", COMPUTERS);

  async function one(index: number): Promise<Shot> {
    // Two in a row come from a person and an application, and go to phones; the next two to computers.
    const isPhone = index % 4 < 2;
    const of = isPhone ? phones : computers;
    const number = (index >> 2) * 2 + (index % 2);
    const asking = {
      token: tokenOf(index),
      body: { deviceId: of[number % of.length] ?? "", reason: "load", ticket: `LOAD-${index}` },
      key: randomUUID(),
    };
    const sentMs = performance.now();
    for (let repeats = 0; ; repeats += 1) {
      const reply = await send("POST", "/api/sessions", asking).catch(noReply);
      if (!isRepeating || !isWorthRepeating(reply) || repeats === MOST_TRIES)
        return { isPhone, reply, repeats, tookMs: performance.now() - sentMs };
      await delay(1000 * Math.min(LONGEST_PAUSE_SECONDS, Math.max(1, reply.retryAfterSeconds)));
    }
  }

  const running: Promise<Shot>[] = [];
  const startedMs = performance.now();
  let lateMs = 0;
  for (let index = 0; index < total; index += 1) {
    const dueMs = startedMs + (index * 1000) / rate;
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 1) await delay(earlyMs);
    lateMs = Math.max(lateMs, performance.now() - dueMs);
    running.push(one(index));
  }
  return { shots: await Promise.all(running), lateMs };
}

const noReply = (error: unknown): HttpReply => ({ status: 0, text: String(error), retryAfterSeconds: 0 });

/** No answer, not now, or still running: the same key asks for the same session. */
const isWorthRepeating = ({ status, text }: HttpReply) =>
  [0, 429, 503, 504].includes(status) || (status === 409 && text.includes("request-in-progress"));

function devicesLike({ graph }: Surroundings, name: string, count: number): string[] {
  const model = graph.devices().find(({ deviceName }) => deviceName === name);
  return Array.from({ length: count }, () => graph.putDevice({ ...model, id: randomUUID() }).id);
}
