import { describe, expect, test } from "@jest/globals";
import type { Connection } from "../../lib/connector/connection.ts";
import type { TokenSet } from "../../lib/connector/ports.ts";
import type { AppProcess } from "../app-process.ts";
import { startMemoryApp } from "../memory/app.ts";
import { connect, openSession } from "../memory/connect.ts";
import { tokenFor, type World } from "../memory/world.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const secretsOf = ({ secrets }: World) => [...secrets.versions()].filter(([name]) => name.startsWith("tv-"));

async function connectionOf({ tables }: World): Promise<Connection> {
  const current = await tables.open("connections").read("connection", "current");
  const row = await tables.open("connections").read("connection", String(current?.connectionId));
  return JSON.parse(String(row?.connection)) as Connection;
}

/** The connection's secret has as many versions as it may have, and a refresh is due. */
async function fill(world: World) {
  const connection = { ...(await connectionOf(world)), secretVersions: 400 };
  const row = { partitionKey: "connection", rowKey: connection.id, connection: JSON.stringify(connection) };
  await world.tables.open("connections").change([{ kind: "upsert", row }]);
  world.advance(13 * HOUR_MS);
}

/** What the connection points to can still be refreshed. */
async function isAlive(world: World) {
  const { secretName, secretVersion } = await connectionOf(world);
  const text = await world.secrets.port.get(secretName, secretVersion);
  return text !== undefined && world.grants.isAlive(JSON.parse(text) as TokenSet);
}

const minute = async (world: World, process: AppProcess) => {
  world.advance(MINUTE_MS);
  await process.runTimer("follow-sessions");
};

test("A secret never has more than 400 versions: then the tokens go on under a new name, and the timer deletes the old one", async () => {
  const { world, newProcess } = startMemoryApp();
  const process = newProcess();
  await connect(world, process);
  const names = new Set<string>();
  let most = 0;
  for (let refresh = 1; refresh <= 450; refresh += 1) {
    world.advance(13 * HOUR_MS);
    await process.runTimer("keep-connected");
    for (const [name, versions] of secretsOf(world)) {
      names.add(name);
      most = Math.max(most, versions);
    }
    if (refresh % 20 === 0) await minute(world, process);
  }
  expect([names.size, most, world.grants.refreshes.length]).toEqual([2, 400, 450]);
  const { secretName, formerSecretNames } = await connectionOf(world);
  expect(secretsOf(world).map(([name]) => name)).toEqual([secretName]);
  expect(formerSecretNames).toBeUndefined();
  expect(await isAlive(world)).toBe(true);
});

test("A session can be asked for all the while, also in a process that knows only the old name", async () => {
  const { world, newProcess } = startMemoryApp();
  const [first, second] = [newProcess(), newProcess()];
  await connect(world, first);
  await openSession(world, second);
  await fill(world);
  await first.runTimer("keep-connected");
  await openSession(world, second);
  await minute(world, first);
  await openSession(world, second);
  await openSession(world, newProcess());
  expect(world.grants.refreshes).toHaveLength(1);
});

test("Disconnecting between the new name and the end of the old secret leaves neither", async () => {
  const { world, newProcess } = startMemoryApp();
  const process = newProcess();
  await connect(world, process);
  await fill(world);
  await process.runTimer("keep-connected");
  expect(secretsOf(world)).toHaveLength(2);
  await process.request("DELETE", "/api/connector", { token: tokenFor("Ada Administrator") });
  expect(secretsOf(world)).toEqual([]);
  expect(world.grants.live()).toEqual([]);
});

test("Two processes that find the secret full at once name one new secret", async () => {
  const { world, newProcess } = startMemoryApp();
  const processes = [newProcess(), newProcess()];
  for (const process of processes.slice(0, 1)) await connect(world, process);
  await fill(world);
  await Promise.all(processes.map((process) => process.runTimer("keep-connected")));
  expect(secretsOf(world)).toHaveLength(2);
  expect(world.grants.refreshes).toHaveLength(1);
  await Promise.all(processes.map((process) => minute(world, process)));
  expect(secretsOf(world)).toHaveLength(1);
  expect(await isAlive(world)).toBe(true);
});

describe("A process that dies on the way", () => {
  const dead = () => new Promise<never>(() => undefined);
  /** Nobody renews a lease, and who waits for one sees time fly. */
  const hurrying = () => {
    let elapsedMs = 0;
    return {
      elapsedMs: () => elapsedMs,
      async pause(ms: number) {
        elapsedMs += ms;
      },
      every: () => () => undefined,
    };
  };

  /** Lets a process do its part until call number `last`, which it makes (or not) and hears nothing of. */
  async function dieAt(last: number, isMade: boolean, timers: readonly string[]) {
    let calls = Number.NEGATIVE_INFINITY;
    const died = Promise.withResolvers<string>();
    const { world, newProcess } = startMemoryApp({
      pace: hurrying(),
      async step(label, work) {
        calls += 1;
        if (calls < last) return work();
        if (calls > last) return dead();
        if (isMade) await work();
        died.resolve(label);
        return dead();
      },
    });
    const dying = newProcess();
    await connect(world, dying);
    await fill(world);
    calls = 0;
    const lived = (async () => {
      for (const timer of timers) await dying.runTimer(timer);
      return "lived";
    })();
    const at = await Promise.race([died.promise, lived]);
    calls = Number.NEGATIVE_INFINITY;
    return { world, newProcess, at };
  }

  test("leaves nothing that the next ones cannot put right, wherever it dies", async () => {
    const ends: Record<string, number> = { healed: 0, "needs consent": 0 };
    for (let last = 1; ; last += 1) {
      for (const isMade of [false, true]) {
        const { world, newProcess, at } = await dieAt(last, isMade, ["keep-connected", "follow-sessions"]);
        if (at === "lived") {
          // The calls of both timers, and one moment among them that nobody can heal.
          expect([last > 30, ends]).toEqual([true, { healed: 2 * last - 4, "needs consent": 2 }]);
          return;
        }
        const [next, other] = [newProcess(), newProcess()];
        await next.runTimer("keep-connected").catch(() => undefined);
        for (let count = 0; count < 2; count += 1) {
          await minute(world, next);
          await minute(world, other);
        }
        const { status, secretName } = await connectionOf(world);
        const names = secretsOf(world).map(([name]) => name);
        const isLost = status === "needsConsent";
        // Between TeamViewer's answer and the vault: tokens that nobody else has heard of.
        if (isLost) expect(["grants.refresh true", "vault.set false"]).toContain(`${at} ${isMade}`);
        else expect([at, names, await isAlive(world)]).toEqual([at, [secretName], true]);
        ends[isLost ? "needs consent" : "healed"] = (ends[isLost ? "needs consent" : "healed"] ?? 0) + 1;
      }
    }
  }, 60_000);
});
