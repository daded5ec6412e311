import { execFileSync, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { call } from "../../infra/local/demo/browser.ts";
import { elapsedMs } from "./elapsed.ts";
import type { MeasuredProduct } from "./measured-product.ts";

type Settings = Record<string, string>;

const IMPORT = `
const startedMs = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - startedMs));
process.exit();`;

/** Milliseconds that a new process takes to import `file`, without what a process takes in itself. */
export function importTime(file: string, settings: Settings): number {
  const args = ["--input-type=module", "-e", IMPORT, file];
  return Number(
    execFileSync(process.execPath, args, { env: environment(settings), stdio: ["ignore", "pipe", "ignore"] }),
  );
}

/** Milliseconds from the birth of a functions process that runs `app` until its first request is answered, one that needs everything. */
export async function firstRequestTime(hostFile: string, app: string, measured: MeasuredProduct): Promise<number> {
  const { product, token, newDevice } = measured;
  const deviceId = newDevice("PC-001");
  const host = newHost(hostFile, app, product.addresses.settings);
  try {
    return await elapsedMs(async () => {
      const url = await host.url();
      const asked = { method: "POST", body: { deviceId, notify: false }, key: randomUUID() };
      await call(`${url}/api/sessions`, token, 201, asked);
    });
  } finally {
    await host.end();
  }
}

function newHost(hostFile: string, app: string, settings: Settings) {
  const child = fork(hostFile, ["--app", app, "--port", "0"], {
    env: environment(settings),
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const ready = new Promise<string>((resolve) =>
    child.once("message", (message) => resolve((message as { url: string }).url)),
  );
  return {
    url: () => Promise.race([ready, ended.then((code) => Promise.reject(new Error(`The host ended with ${code}.`)))]),
    async end() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

const environment = (settings: Settings) => ({ PATH: process.env.PATH, ...settings });
