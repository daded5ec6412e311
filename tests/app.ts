import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { TableClient, TableServiceClient } from "@azure/data-tables";
import { ManagedIdentityCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import type { TokenOverrides } from "../infra/local/entra/token-for.ts";
import { startSurroundings } from "../infra/local/surroundings.ts";
import { createApp } from "../lib/app.ts";
import type { AuditEntry } from "../lib/audit/entry.ts";
import { readSettings } from "../lib/settings.ts";
import { APP_URL, type AppProcess, processOf } from "./app-process.ts";

export { type Answer, APP_URL, type AppProcess } from "./app-process.ts";

export type TestApp = Awaited<ReturnType<typeof startTestApp>>;

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
  const newProcess = (changed: Record<string, string> = {}): AppProcess =>
    processOf(createApp(readSettings({ ...env, ...changed }), clock.now), (line) => logs.push(line));

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
    const blobs = BlobServiceClient.fromConnectionString(connectionString);
    for await (const { name } of blobs.listContainers()) await blobs.deleteContainer(name);
  }

  /** The names of the secrets that the product made: token sets unless another kind is named. */
  async function secretNames(kind: "tv-" | "wh-" | "in-" = "tv-") {
    const names: string[] = [];
    for await (const { name } of vault.listPropertiesOfSecrets()) names.push(name);
    return names.filter((name) => name.startsWith(kind));
  }

  async function forgetSecrets() {
    const kinds = ["tv-", "wh-", "in-"] as const;
    const names = (await Promise.all(kinds.map(secretNames))).flat();
    for (const name of names) await vault.beginDeleteSecret(name);
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
    async audit(
      action: "connector." | "session." | "notification." | "webhook." | "inbound." | "audit.",
    ): Promise<AuditEntry[]> {
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
      around.teamviewer.setRights({ reports: "granted", users: "granted", reportDelaySeconds: 0 });
      around.teamviewer.removeConnections();
      around.teamviewer.removeGrants();
      await Promise.all([forgetStorage(), forgetSecrets()]);
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
