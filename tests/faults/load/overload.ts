import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Fleet } from "../fleet.ts";
import { megabytesOf, tally, timesOf } from "./figures.ts";
import { reconcile, remoteIds, settle } from "./reconcile.ts";
import { type Shot, shoot } from "./shooting.ts";

type Plan = { rate: number; seconds: number; warmupSeconds: number };

const WELL_AGAIN_MS = 30_000;
const REST_MS = 30_000;
const MOST_GROWTH = 1.1;

/** Asks for more than may be served: what is answered, how soon a start works again, how much memory is left behind. */
export async function overload(fleet: Fleet, { rate, seconds, warmupSeconds }: Plan) {
  const { surroundings, processId } = fleet.product;
  await shoot(fleet, { rate, seconds: warmupSeconds, isRepeating: false });
  await delay(REST_MS);
  const memoryBefore = megabytesOf(processId);
  const before = remoteIds(surroundings);

  const { shots, lateMs } = await shoot(fleet, { rate, seconds, isRepeating: false });
  const endedMs = performance.now();
  const wellAgainMs = await untilWell(fleet);
  await delay(Math.max(0, REST_MS - (performance.now() - endedMs)));
  const memoryAfter = megabytesOf(processId);
  await settle(surroundings);
  const { lost, doubled, accepted } = await reconcile(fleet, shots, before);

  const undeclared = shots.filter((shot) => !isDeclared(shot));
  const isGrown = memoryAfter > memoryBefore * MOST_GROWTH;
  const isWell = wellAgainMs <= WELL_AGAIN_MS;
  return {
    isBroken: undeclared.length + lost + doubled > 0 || isGrown || !isWell,
    asked: shots.length,
    accepted,
    answers: tally(shots),
    undeclared: undeclared.length,
    lost,
    doubled,
    ...timesOf(shots),
    sentLateMs: Math.round(lateMs),
    wellAgainSeconds: Math.round(wellAgainMs / 1000),
    memoryMB: `${memoryBefore} -> ${memoryAfter}`,
  };
}

/** 2xx, "not so many" or "not now", and the last two say when. */
function isDeclared({ reply: { status, retryAfterSeconds } }: Shot): boolean {
  return (status >= 200 && status < 300) || ([429, 503].includes(status) && retryAfterSeconds > 0);
}

/** Milliseconds until somebody's start is answered with 201. */
async function untilWell({ send, product }: Fleet): Promise<number> {
  const { entra, graph } = product.surroundings;
  const token = await entra.tokenFor("Bruno Agent", { claims: { oid: randomUUID() } });
  const model = graph.devices().find(({ deviceName }) => deviceName === "PC-001");
  const startedMs = performance.now();
  while (performance.now() - startedMs <= WELL_AGAIN_MS) {
    const body = { deviceId: model?.id, reason: "is it well again" };
    const reply = await send("POST", "/api/sessions", { token, body, key: randomUUID() }).catch(() => undefined);
    if (reply?.status === 201) break;
    await delay(1000);
  }
  return performance.now() - startedMs;
}
