import { randomInt } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildApp } from "../build.ts";
import { type Addresses, addressesOf } from "./addresses.ts";
import { superviseHost } from "./host/supervise.ts";
import { type Surroundings, startSurroundings } from "./surroundings.ts";

/** The checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url));
export const defaultDataDirectory = join(root, "infra/local/.data");

type Options = {
  /** 0: a free port, and free ports for everything else. */
  port: number;
  dataDirectory: string;
  /** Forget what is kept in `dataDirectory` first. */
  isFresh?: boolean;
  /** Storage and stand-ins in memory; `dataDirectory` then holds addresses and the certificate only. */
  isInMemory?: boolean;
  isWatching?: boolean;
  isVerbose?: boolean;
  isBuilt?: boolean;
  /** Where the app to run is: this checkout, or what a package holds. */
  appDirectory?: string;
  onOutput?: (text: string) => void;
  /** Settings that replace or add to the usual ones. */
  settings?: Record<string, string>;
  /** The same, following from the usual ones. */
  settingsOf?: (usual: Record<string, string>) => Record<string, string>;
};

/** The whole product, running on this machine. */
export type Product = {
  addresses: Addresses;
  surroundings: Surroundings;
  functions: number;
  /** The functions process. */
  processId: number;
  /** One more functions process on the same storage; answers its address. */
  addProcess: () => Promise<{ url: string; stop: () => Promise<void> }>;
  stop: () => Promise<void>;
};

/** Builds the app, starts everything around it, then the functions host; writes `addresses.json`. */
export async function startProduct(options: Options): Promise<Product> {
  const { dataDirectory, isInMemory = false, isWatching = false, isVerbose = false, onOutput } = options;
  if (options.isFresh) rmSync(dataDirectory, { recursive: true, force: true });
  mkdirSync(dataDirectory, { recursive: true });
  if (!options.isBuilt) await buildApp();

  const port = options.port === 0 ? await freePort() : options.port;
  const surroundings = await startSurroundings({
    port: options.port,
    dataDirectory: isInMemory ? undefined : dataDirectory,
    certificateFile: join(dataDirectory, "certificate.pem"),
  });
  const url = `http://127.0.0.1:${port}`;
  const usual = surroundings.settingsFor(url);
  const settings = { ...usual, ...options.settingsOf?.(usual), ...options.settings };

  const startHost = (hostPort: number, name: string) =>
    superviseHost({
      args: [
        "--app",
        options.appDirectory ?? root,
        "--port",
        String(hostPort),
        "--data",
        join(dataDirectory, name),
        "--keys",
        join(dataDirectory, name, "keys.json"),
        ...(isVerbose ? ["--verbose"] : []),
      ],
      env: { ...process.env, ...settings },
      ...(onOutput ? { onOutput } : {}),
      ...(isWatching
        ? {
            watch: ["functions", "lib", "portal"].map((name) => join(root, name)),
            build: async () => void (await buildApp()),
          }
        : {}),
    });

  try {
    const host = await startHost(port, "host");
    const addresses = addressesOf(url, surroundings, settings);
    writeFileSync(join(dataDirectory, "addresses.json"), `${JSON.stringify(addresses, null, 2)}\n`);
    const others: { stop: () => Promise<void> }[] = [];
    return {
      addresses,
      surroundings,
      functions: host.functions,
      processId: host.processId,
      async addProcess() {
        const other = await startHost(await freePort(), `host-${others.length + 2}`);
        others.push(other);
        return { url: other.url, stop: other.stop };
      },
      async stop() {
        await Promise.all([host, ...others].map((each) => each.stop()));
        await surroundings.stop();
      },
    };
  } catch (error) {
    await surroundings.stop();
    throw error;
  }
}

/** Below those that systems give to whoever asks for none, so that nobody is given it before the host listens there. */
const FREE_PORTS = { from: 10_000, to: 32_000 };

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  const port = randomInt(FREE_PORTS.from, FREE_PORTS.to);
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(freePort()));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(port)));
  });
}
