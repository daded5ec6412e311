import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { ManagedIdentityCredential } from "@azure/identity";
import { expect } from "@jest/globals";
import { call } from "../../../infra/local/demo/browser.ts";
import { makeLease } from "../../../lib/adapters/azure/lease.ts";
import { makeTables } from "../../../lib/adapters/azure/table.ts";
import { type BuiltProduct, withBuiltProduct } from "./built-product.ts";
import type { Case } from "./case.ts";
import { frozenNotify, frozenRequests } from "./freeze.ts";

const DEVICE = "PHONE-ANA";

const deviceIdOf = ({ product }: BuiltProduct) =>
  product.surroundings.graph.devices().find(({ deviceName }) => deviceName === DEVICE)?.id ?? "";
const remotesOf = ({ product }: BuiltProduct) => product.surroundings.teamviewer.sessions().length;

/** A request for a session over HTTP; `cut` ends the connection that many milliseconds after `part` of it was sent. */
function send(built: BuiltProduct, key: string, cut?: { afterMs: number; part: number }) {
  const body = JSON.stringify({ deviceId: deviceIdOf(built), notify: false });
  const { promise, resolve } = Promise.withResolvers<number>();
  const headers = {
    authorization: `Bearer ${built.agentToken}`,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "idempotency-key": key,
  };
  const asked = request(`${built.url}/api/sessions`, { method: "POST", headers }, (answer) => {
    answer.resume();
    resolve(answer.statusCode ?? 0);
  });
  asked.on("error", () => resolve(0));
  if (cut) {
    asked.write(body.slice(0, Math.floor(body.length * cut.part)));
    setTimeout(() => asked.destroy(), cut.afterMs);
  } else asked.end(body);
  return promise;
}

/** Asks until it is answered 201; TeamViewer must then have made `made` sessions in all. */
async function askedAgain(built: BuiltProduct, key: string) {
  for (let round = 0; round < 100; round += 1) {
    const status = await send(built, key);
    if (status === 201) return status;
    await delay(100);
  }
  return 0;
}

export const processCases: Case[] = [
  {
    number: "45",
    fault: "the process dies before or after each call of a session request and of a notification",
    expected: "asked again: 1 session, 1 notification at most; nothing stuck",
    note: "in one process: from that call on nothing of it gets through; every flow, with real kills, has a harness of its own",
    isAlone: true,
    async run(stage) {
      const requests = await frozenRequests(stage);
      expect(requests).toMatchObject({ lost: 0, doubled: 0, stuck: 0 });
      expect(requests.points).toBeGreaterThan(7);
      const notify = await frozenNotify(stage);
      expect(notify).toMatchObject({ doubled: 0, stuck: 0 });
      expect(notify.points).toBeGreaterThan(5);
      return `${requests.points + notify.points} points tried, 0 lost, 0 doubled, 0 stuck; ${notify.unknown} notifications unknown`;
    },
  },
  {
    number: "46",
    fault: "SIGTERM while a session is being requested",
    expected: "the request ends well; 1 session",
    isWaiting: true,
    run: () =>
      withBuiltProduct(async (built) => {
        const before = remotesOf(built);
        const key = randomUUID();
        built.product.surroundings.teamviewer.addFault({ method: "POST", path: "/sessions$", delayMs: 600 });
        const asked = send(built, key);
        await delay(300);
        process.kill(built.product.processId, "SIGTERM");
        expect(await asked).toBe(201);
        expect([await askedAgain(built, key), remotesOf(built) - before]).toEqual([201, 1]);
        return "201, and 201 of the next process; 1 session";
      }),
  },
  {
    number: "47",
    fault: "a process stands still for longer than its lease lasts, then goes on",
    expected: "another took over; the late one can neither renew nor give back what is not its own",
    isWaiting: true,
    async run(stage) {
      const proxy = await stage.storage();
      const credential = new ManagedIdentityCredential();
      const leaseAt = (connectionString: string) =>
        makeLease({
          table: makeTables({ connectionString }, credential, randomUUID)("connections"),
          newId: randomUUID,
        });
      const hung = leaseAt(proxy.connectionString);
      const others = leaseAt(stage.product.around.storage.connectionString);
      const order: string[] = [];
      const goOn = Promise.withResolvers<void>();
      const started = Promise.withResolvers<void>();
      const first = hung.hold("case-47", async () => {
        started.resolve();
        await goOn.promise;
        order.push("late");
      });
      await started.promise;
      const gate = proxy.hold(/case-47/);
      const takenOver = others.hold("case-47", async () => {
        order.push("second");
        gate.release();
        goOn.resolve();
        await first;
        const row = (await stage.product.rows("connections")).find(({ rowKey }) => rowKey === "case-47");
        expect(row?.owner).not.toBe("");
        order.push("still held");
      });
      await takenOver.finally(() => {
        gate.release();
        goOn.resolve();
      });
      expect(order).toEqual(["second", "late", "still held"]);
      return "taken over after 20 s; the late release changed nothing";
    },
  },
  {
    number: "48",
    fault: "a process starts while Key Vault, Graph and TeamViewer are down",
    expected: "it starts, health says degraded, it heals by itself",
    isWaiting: true,
    run: () =>
      withBuiltProduct(async ({ product, agentToken, ...rest }) => {
        const { vault, graph, teamviewer } = product.surroundings;
        for (const standIn of [vault, graph, teamviewer]) standIn.addFault({ status: 503, times: 0 });
        const { url, stop } = await product.addProcess();
        try {
          const health = () => call<{ status: string }>(`${url}/api/health`, "", 200);
          const degraded = (await health()).status;
          expect(await send({ product, agentToken, url }, randomUUID())).toBe(503);
          for (const standIn of [vault, graph, teamviewer]) standIn.clearFaults();
          expect(await send({ product, agentToken, url }, randomUUID())).toBe(201);
          await delay(15_500);
          expect([degraded, (await health()).status]).toEqual(["degraded", "ok"]);
        } finally {
          await stop();
        }
        return `degraded and 503, then 201 at once and ok (${rest.url === url ? "same" : "new"} process)`;
      }),
  },
  {
    number: "51",
    fault: "the caller uploads slowly and goes away halfway, or goes away after asking",
    expected: "nothing done in the first case; in the second the session is recorded",
    isWaiting: true,
    run: () =>
      withBuiltProduct(async (built) => {
        const before = remotesOf(built);
        // The minute's timer may look at TeamViewer's list meanwhile.
        const made = () =>
          built.product.surroundings.teamviewer.journal.filter(({ method }) => method !== "GET").length;
        const calls = made();
        await send(built, randomUUID(), { afterMs: 200, part: 0.5 });
        await delay(200);
        expect(made()).toBe(calls);
        const key = randomUUID();
        built.product.surroundings.teamviewer.addFault({ method: "POST", path: "/sessions$", delayMs: 300 });
        expect(await send(built, key, { afterMs: 150, part: 1 })).toBe(0);
        expect(remotesOf(built)).toBe(before);
        expect([await askedAgain(built, key), remotesOf(built) - before]).toEqual([201, 1]);
        return "0 calls; then recorded: asked again 201, 1 session";
      }),
  },
];
