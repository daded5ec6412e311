import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { doTheJob } from "../../infra/local/demo/job.ts";
import { makeSteps } from "../../infra/local/demo/steps.ts";
import { type Product, startProduct } from "../../infra/local/product.ts";

/** What a process of the product answered. */
export type Reply = { status: number; text: string };

/** The same over HTTP: `retryAfterSeconds` as its header says, 0 without one. */
export type HttpReply = Reply & { retryAfterSeconds: number };

/** Several functions processes on one storage, TeamViewer connected. */
export type Fleet = {
  product: Product;
  urls: string[];
  tokenOf: (name: string) => Promise<string>;
  /** Asks one process after the other in turn. */
  send: (method: string, path: string, asking: { token: string; body?: unknown; key?: string }) => Promise<HttpReply>;
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
  const agent = new Agent({ keepAlive: true });
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
      return exchange(agent, url, method, headers, body === undefined ? "" : JSON.stringify(body));
    },
    async runTimer(name) {
      const headers = { "x-functions-key": master, "content-type": "application/json" };
      await fetch(`${urls[0]}/admin/functions/${name}`, { method: "POST", headers, body: "{}" });
    },
    async stop() {
      agent.destroy();
      await product.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** One request over a connection that is kept: several times cheaper than `fetch`, and the load shares its machine with all. */
export function exchange(agent: Agent, url: string, method: string, headers: Record<string, string>, body: string) {
  return new Promise<HttpReply>((resolve, reject) => {
    const length = { "content-length": String(Buffer.byteLength(body)) };
    const read = (answer: IncomingMessage) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const { statusCode: status = 0, headers: answered } = answer;
        const retryAfterSeconds = Number(answered["retry-after"] ?? 0);
        resolve({ status, text: Buffer.concat(chunks).toString(), retryAfterSeconds });
      });
    };
    request(url, { agent, method, headers: { ...headers, ...length } }, read)
      .on("error", reject)
      .end(body);
  });
}
