import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TableClient } from "@azure/data-tables";
import { QueueServiceClient } from "@azure/storage-queue";
import { build } from "esbuild";
import { superviseHost } from "../../infra/local/host/supervise.ts";
import { type Product, root } from "../../infra/local/product.ts";
import { managedDeviceProperties } from "../../lib/adapters/graph/managed-device.ts";

/** The baselines, as functions of an app of their own in a host and process of their own. */
export type BaselineApp = { url: string; processId: number; stop: () => Promise<void> };

const DIRECTORY = join(root, "node_modules/.cache/bench-baseline");
const HOST_JSON = { version: "2.0", extensions: { http: { routePrefix: "" } } };

/** Starts them around what is around the product. */
export async function startBaselineApp({ surroundings, addresses }: Product): Promise<BaselineApp> {
  const { storage } = surroundings;
  const settings = surroundings.settingsFor(addresses.app);
  const tables = (name: string) =>
    TableClient.fromConnectionString(storage.connectionString, name, { allowInsecureConnection: true });
  for (const name of ["raw", "quickstart"]) await tables(name).createTable();
  await QueueServiceClient.fromConnectionString(storage.connectionString).createQueue("quickstart");
  return startBaselineHost({ ...settings, ...(await readyValues(surroundings, settings, tables("connections"))) });
}

/** Starts them with these settings. SDKs are loaded from node_modules: nothing is bundled. */
export async function startBaselineHost(settings: Record<string, string>): Promise<BaselineApp> {
  mkdirSync(DIRECTORY, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ["tests/bench/baseline/main.ts"],
    outfile: join(DIRECTORY, "main.js"),
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node22",
    logLevel: "warning",
  });
  writeFileSync(join(DIRECTORY, "package.json"), JSON.stringify({ type: "module", main: "main.js" }));
  writeFileSync(join(DIRECTORY, "host.json"), JSON.stringify(HOST_JSON));
  const host = await superviseHost({
    args: ["--app", DIRECTORY, "--port", "0"],
    env: { ...process.env, ...settings },
    onOutput: (text) => void (/error/i.test(text) && process.stderr.write(text)),
  });
  return { url: host.url, processId: host.processId, stop: host.stop };
}

/** Tokens that the baselines are given, so that they need not ask for them. */
async function readyValues(
  { storage, identity }: Product["surroundings"],
  { IDENTITY_HEADER = "" }: Record<string, string>,
  connections: TableClient,
) {
  const tokenUrl = `${identity.url}/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft.com`;
  const answer = await fetch(tokenUrl, { headers: { "x-identity-header": IDENTITY_HEADER } });
  const { access_token } = (await answer.json()) as { access_token: string };
  const { secretName } = await connectionIn(connections);
  return {
    BENCH_TABLES: storage.tableUrl,
    BENCH_SELECT: managedDeviceProperties,
    BENCH_GRAPH_TOKEN: access_token,
    BENCH_SECRET: secretName,
    BENCH_CLIENT_SECRET: "demo-teamviewer-secret",
  };
}

async function connectionIn(connections: TableClient): Promise<{ secretName: string }> {
  for await (const { connection } of connections.listEntities<{ connection?: string }>())
    if (connection) return JSON.parse(connection) as { secretName: string };
  throw new Error("TeamViewer is not connected");
}
