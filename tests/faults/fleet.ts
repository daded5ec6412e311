import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { doTheJob } from "../../infra/local/demo/job.ts";
import { makeSteps } from "../../infra/local/demo/steps.ts";
import { type Product, startProduct } from "../../infra/local/product.ts";

/** What a process of the product answered. */
export type Reply = { status: number; text: string };

/** Several functions processes on one storage, TeamViewer connected. */
export type Fleet = {
  product: Product;
  urls: string[];
  tokenOf: (name: string) => Promise<string>;
  /** Asks one process after the other in turn. */
  send: (method: string, path: string, asking: { token: string; body?: unknown; key?: string }) => Promise<Reply>;
  runTimer: (name: string) => Promise<void>;
  stop: () => Promise<void>;
};

/** Starts the built product `count` times, each in a process of its own, and does its whole job once. */
export async function startFleet(count: number): Promise<Fleet> {
  const directory = mkdtempSync(join(tmpdir(), "fleet-"));
  const product = await startProduct({
    port: 0,
    dataDirectory: directory,
    isInMemory: true,
    isBuilt: true,
    onOutput: () => {},
  });
  const urls = [product.addresses.app];
  for (let more = 1; more < count; more += 1) urls.push((await product.addProcess()).url);
  const { master } = JSON.parse(readFileSync(join(directory, "host", "keys.json"), "utf8")) as { master: string };
  await doTheJob(
    makeSteps(() => {}),
    product.addresses,
    master,
  );
  let asked = 0;
  return {
    product,
    urls,
    tokenOf: (name) => product.surroundings.entra.tokenFor(name),
    async send(method, path, { token, body, key }) {
      asked += 1;
      const headers: Record<string, string> = { authorization: `Bearer ${token}` };
      if (key !== undefined) headers["idempotency-key"] = key;
      if (body !== undefined) headers["content-type"] = "application/json";
      const url = `${urls[asked % urls.length]}${path}`;
      const answer = await fetch(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, text: await answer.text() };
    },
    async runTimer(name) {
      const headers = { "x-functions-key": master, "content-type": "application/json" };
      await fetch(`${urls[0]}/admin/functions/${name}`, { method: "POST", headers, body: "{}" });
    },
    async stop() {
      await product.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
