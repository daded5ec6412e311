import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { TableClient, TableServiceClient } from "@azure/data-tables";
import { HttpRequest, HttpResponse, type HttpResponseInit, InvocationContext, type Timer } from "@azure/functions";
import { ManagedIdentityCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";
import { QueueServiceClient } from "@azure/storage-queue";
import { httpRoutes, queueTriggers, timers } from "../functions/routes.ts";
import type { TokenOverrides } from "../infra/local/entra/token-for.ts";
import { compileRoute } from "../infra/local/host/route.ts";
import { startSurroundings } from "../infra/local/surroundings.ts";
import { createApp } from "../lib/app.ts";
import type { AuditEntry } from "../lib/audit/entry.ts";
import { readSettings } from "../lib/settings.ts";

export const APP_URL = "http://127.0.0.1:7071";

type Asking = { token?: string | undefined; body?: unknown; headers?: Record<string, string> };

/** A function's answer, read to its end. `json` fails when the body is not JSON. */
export type Answer = {
  status: number;
  headers: Headers;
  cookies: HttpResponse["cookies"];
  text: string;
  json: <T = Record<string, unknown>>() => T;
};

/** One process of the product: its own memory, the storage and services of all. */
export type AppProcess = {
  app: ReturnType<typeof createApp>;
  /** Runs the function registered for `method` and `path` (with its query). An object as `body` travels as JSON, a text as it is. */
  request: (method: string, path: string, asking?: Asking) => Promise<Answer>;
  runTimer: (name: string) => Promise<void>;
  /** Hands a message to the function of a queue trigger, as the host does. */
  deliver: (name: string, message: unknown) => Promise<void>;
};

export type TestApp = Awaited<ReturnType<typeof startTestApp>>;

const timer: Timer = {
  isPastDue: false,
  schedule: { adjustForDST: false },
  scheduleStatus: { last: "", next: "", lastUpdated: "" },
};
const routes = httpRoutes
  .map((route) => ({ ...route, compiled: compileRoute(route.route) }))
  .sort((a, b) => a.compiled.precedence.localeCompare(b.compiled.precedence));

/**
 * The product in this process, with everything around it real: storage, vault, identity, Entra, Graph, TeamViewer. Started
 * once per test file; `reset` between tests forgets what the product stored and starts a new process of it.
 * Its clock stands still until a test moves it; what is around it keeps the machine's time.
 */
export async function startTestApp(settings: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "app-test-"));
  const certificateFile = join(folder, "certificate.pem");
  const around = await startSurroundings({ port: 0, certificateFile });
  const env = { ...around.settingsFor(APP_URL), ...settings };
  process.env.IDENTITY_ENDPOINT = env.IDENTITY_ENDPOINT;
  process.env.IDENTITY_HEADER = env.IDENTITY_HEADER;
  const trusted = getCACertificates("default");
  setDefaultCACertificates([...trusted, readFileSync(certificateFile, "utf8")]);

  let nowMs = 0;
  let resetAtMs = 0;
  const clock = {
    now: () => new Date(nowMs),
    advance: (ms: number) => {
      nowMs += ms;
    },
    restart: () => {
      nowMs = Math.floor(Date.now() / 1000) * 1000;
      resetAtMs = nowMs;
    },
  };
  clock.restart();

  /** Every line that functions logged, over all processes. */
  const logs: string[] = [];
  const contextOf = (functionName: string) =>
    new InvocationContext({
      invocationId: randomUUID(),
      functionName,
      logHandler: (level, ...args) => void logs.push(`${level} ${args.map(String).join(" ")}`),
    });

  function newProcess(changed: Record<string, string> = {}): AppProcess {
    const app = createApp(readSettings({ ...env, ...changed }), clock.now);
    return {
      app,
      async request(method, path, { token, body, headers = {} } = {}) {
        const url = new URL(path, APP_URL);
        const found = routes
          .filter((route) => route.method === method)
          .map((route) => ({ route, params: route.compiled.match(url.pathname) }))
          .find(({ params }) => params);
        if (!found?.params) throw new Error(`No function is registered for ${method} ${url.pathname}`);
        const request = new HttpRequest({
          method,
          url: url.href,
          params: found.params,
          query: Object.fromEntries(url.searchParams),
          headers: {
            ...(token ? { authorization: `Bearer ${token}` } : {}),
            ...(body !== undefined && typeof body !== "string" ? { "content-type": "application/json" } : {}),
            ...headers,
          },
          ...(body === undefined ? {} : { body: { string: typeof body === "string" ? body : JSON.stringify(body) } }),
        });
        const answer = await found.route.handler(() => app)(request, contextOf(found.route.name));
        return read(answer);
      },
      async runTimer(name) {
        await named(timers, name).handler(() => app)(timer, contextOf(name));
      },
      async deliver(name, message) {
        await named(queueTriggers, name).handler(() => app)(message, contextOf(name));
      },
    };
  }

  let first = newProcess();
  const { connectionString } = around.storage;
  const insecure = { allowInsecureConnection: true };
  const vaultOptions = { disableChallengeResourceVerification: true };
  const vault = new SecretClient(around.vault.url, new ManagedIdentityCredential(), vaultOptions);
  const standIns = [around.entra, around.graph, around.teamviewer, around.vault, around.identity];
  const clearFaults = () => {
    for (const standIn of standIns) standIn.clearFaults();
  };

  async function forgetStorage() {
    const tables = TableServiceClient.fromConnectionString(connectionString, insecure);
    for await (const { name = "" } of tables.listTables()) await tables.deleteTable(name);
    const queues = QueueServiceClient.fromConnectionString(connectionString);
    for await (const { name } of queues.listQueues()) await queues.getQueueClient(name).clearMessages();
  }

  /** The names of the token sets that the vault holds. */
  async function secretNames() {
    const names: string[] = [];
    for await (const { name } of vault.listPropertiesOfSecrets()) names.push(name);
    return names.filter((name) => name.startsWith("tv-"));
  }

  async function forgetTokenSets() {
    for (const name of await secretNames()) await vault.beginDeleteSecret(name);
  }

  return {
    around,
    clock,
    logs,
    vault,
    newProcess,
    process: () => first,
    request: ((...args) => first.request(...args)) as AppProcess["request"],
    runTimer: (name: string) => first.runTimer(name),
    deliver: (name: string, message: unknown) => first.deliver(name, message),
    clearFaults,
    /** An access token of somebody in `principals.ts`, good for a year of the app's clock. */
    tokenFor(name: string, overrides: TokenOverrides = {}) {
      const seconds = Math.floor(nowMs / 1000);
      const claims = { iat: seconds, nbf: seconds, exp: seconds + 365 * 86_400, ...overrides.claims };
      return around.entra.tokenFor(name, { ...overrides, claims });
    },
    /** What a table holds; nothing when there is no such table. */
    async rows(table: string) {
      const rows: Record<string, unknown>[] = [];
      try {
        const client = TableClient.fromConnectionString(connectionString, table, insecure);
        for await (const row of client.listEntities()) rows.push(row);
      } catch (error) {
        if (!String(error).includes("TableNotFound")) throw error;
      }
      return rows;
    },
    secretNames,
    /** What `/api/audit` tells since `reset` about the actions that start with `action`, oldest first. */
    async audit(action: "connector." | "session." | "notification."): Promise<AuditEntry[]> {
      const token = await around.entra.tokenFor("Log collector", { claims: { exp: Math.floor(nowMs / 1000) + 60 } });
      const query = new URLSearchParams({ action, format: "ndjson", from: new Date(resetAtMs).toISOString() });
      const answer = await first.request("GET", `/api/audit?${query}`, { token });
      const lines = answer.text.split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as AuditEntry).reverse();
    },
    /** No faults or limits, no grants, nothing in storage and vault, no journal, the clock at the machine's time, a new process. */
    async reset() {
      clearFaults();
      around.teamviewer.setMode({ refresh: "rotating", accessTokenSeconds: 86_400 });
      around.teamviewer.setLimits({ perHour: null, concurrentSessions: null });
      around.teamviewer.removeGrants();
      await Promise.all([forgetStorage(), forgetTokenSets()]);
      for (const standIn of standIns) standIn.journal.splice(0);
      logs.splice(0);
      clock.restart();
      first = newProcess();
    },
    async stop() {
      await around.stop();
      setDefaultCACertificates(trusted);
      rmSync(folder, { recursive: true });
    },
  };
}

async function read(init: HttpResponseInit | HttpResponse | undefined): Promise<Answer> {
  const response = init instanceof HttpResponse ? init : new HttpResponse(init);
  const text = await response.text();
  const { status, headers, cookies } = response;
  return { status, headers, cookies, text, json: <T>() => JSON.parse(text) as T };
}

function named<T extends { name: string }>(registered: readonly T[], name: string): T {
  const found = registered.find((each) => each.name === name);
  if (!found) throw new Error(`No function is called ${name}`);
  return found;
}
