import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tokenOfApplication } from "../../infra/local/demo/browser.ts";
import { doTheJob } from "../../infra/local/demo/job.ts";
import { makeSteps } from "../../infra/local/demo/steps.ts";
import { type Product, startProduct } from "../../infra/local/product.ts";
import type { SessionView } from "../../lib/sessions/session.ts";
import { exchange } from "../faults/fleet.ts";

/** The product in a process of its own, TeamViewer connected, its whole job done once; and a look at how long functions took. */
export type MeasuredProduct = {
  product: Product;
  app: string;
  /** Of an application that may request sessions. */
  token: string;
  requestSession: (deviceId: string, notify?: boolean) => Promise<SessionView>;
  /** A device like the one of that name, which nobody was ever asked on. */
  newDevice: (likeName: string) => string;
  /** Milliseconds that each run of the function took since the last look, as the host saw it; `least`: waits for so many. */
  tookMs: (functionName: string, least: number) => Promise<number[]>;
  runTimer: (name: string) => Promise<void>;
  stop: () => Promise<void>;
};

const DEADLINE_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** `isQuiet`: nobody looks at how long functions took, so the host need not write it. */
export async function startMeasuredProduct({ isQuiet = false } = {}): Promise<MeasuredProduct> {
  const dataDirectory = mkdtempSync(join(tmpdir(), "bench-"));
  const runs = new Map<string, number[]>();
  const note = (text: string) => {
    for (const [, name = "", ms = ""] of text.matchAll(/ debug ([\w-]+): succeeded in (\d+) ms/g))
      runs.set(name, [...(runs.get(name) ?? []), Number(ms)]);
  };
  const product = await startProduct({
    port: 0,
    dataDirectory,
    isInMemory: true,
    isBuilt: true,
    isVerbose: !isQuiet,
    onOutput: note,
  });
  const { addresses, surroundings } = product;
  const { master } = JSON.parse(readFileSync(join(dataDirectory, "host/keys.json"), "utf8")) as { master: string };
  await doTheJob(
    makeSteps(() => {}),
    addresses,
    master,
  );
  const token = await tokenOfApplication(addresses, "Ticket system");
  const agent = new Agent({ keepAlive: true });
  const waitedFor = async (name: string, least: number) => {
    const endMs = performance.now() + DEADLINE_MS;
    while ((runs.get(name)?.length ?? 0) < least) {
      if (performance.now() > endMs) throw new Error(`${name} ran ${runs.get(name)?.length ?? 0} times, not ${least}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  };
  return {
    product,
    app: addresses.app,
    token,
    async requestSession(deviceId, notify = true) {
      const body = JSON.stringify({ deviceId, notify });
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const keyed = { ...headers, "idempotency-key": randomUUID() };
      const { status, text } = await exchange(agent, `${addresses.app}/api/sessions`, "POST", keyed, body);
      if (status !== 201) throw new Error(`POST /api/sessions answered ${status} ${text}`);
      return JSON.parse(text) as SessionView;
    },
    newDevice(likeName) {
      const like = surroundings.graph.devices().find(({ deviceName }) => deviceName === likeName);
      return surroundings.graph.putDevice({ ...like, id: randomUUID() }).id;
    },
    async tookMs(name, least) {
      await waitedFor(name, least);
      const taken = runs.get(name) ?? [];
      runs.delete(name);
      return taken;
    },
    async runTimer(name) {
      runs.delete(name);
      const headers = { "x-functions-key": master, "content-type": "application/json" };
      await fetch(`${addresses.app}/admin/functions/${name}`, { method: "POST", headers, body: "{}" });
      await waitedFor(name, 1);
    },
    async stop() {
      agent.destroy();
      await product.stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}
