import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { localCertificate } from "../../../../infra/local/certificate.ts";
import { makeManagedIdentity } from "../../../../lib/adapters/azure/managed-identity.ts";
import { makeNotificationQueue } from "../../../../lib/adapters/azure/notification-queue.ts";
import { makeSecrets } from "../../../../lib/adapters/azure/secrets.ts";
import { makeTables } from "../../../../lib/adapters/azure/table.ts";

/** Ten seconds, with room for a slow machine: everything waits side by side. */
const MOST_MS = 17_000;
const folder = mkdtempSync(join(tmpdir(), "deadlines-"));
const trusted = getCACertificates("default");
const servers: Server[] = [];
let certificate: { key: string; cert: string };

beforeAll(async () => {
  certificate = await localCertificate(join(folder, "certificate.pem"));
  setDefaultCACertificates([...trusted, certificate.cert]);
});

afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections();
  // What was given up still tries in the background, and ends now that nobody is there.
  await delay(3_000);
  setDefaultCACertificates(trusted);
  rmSync(folder, { recursive: true });
});

/** A service that does `answer` whatever it is asked, and how often that was. */
async function serve(answer: RequestListener, isSecure = false) {
  const counted = { calls: 0 };
  const listener: RequestListener = (request, response) => {
    counted.calls += 1;
    answer(request, response);
  };
  const server = isSecure ? createSecureServer(certificate, listener) : createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { counted, url: `${isSecure ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const never: RequestListener = () => undefined;
const muchLater =
  (status: number): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { "retry-after": "3600", "content-type": "application/json" }).end("{}");
const failing: RequestListener = (_, response) => void response.writeHead(500).end();

/** A call of each client of an Azure service, to a service that does `answer`. */
async function everyClient(answer: RequestListener) {
  const [plain, secure] = [await serve(answer), await serve(answer, true)];
  const key = Buffer.alloc(32, 1).toString("base64");
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${key};TableEndpoint=${plain.url}/a;QueueEndpoint=${plain.url}/a`;
  const token = { getToken: async () => ({ token: "t", expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const table = makeTables({ connectionString }, token, randomUUID)("sessions");
  const queue = makeNotificationQueue({ connectionString }, token);
  const secrets = makeSecrets(secure.url, token);
  const message = { v: 1, sessionId: "0".repeat(32), number: 1, attempt: 1, notAfter: "2030-01-01T00:00:00Z" } as const;
  return [
    ["a row read", () => table.read("p", "r")],
    ["rows read", () => table.query("PartitionKey eq 'p'")[Symbol.asyncIterator]().next()],
    ["a row written", () => table.change([{ kind: "insert", row: { partitionKey: "p", rowKey: "r" } }])],
    ["a message sent", () => queue.send(message)],
    ["a secret read", () => secrets.get("s")],
    ["a secret written", () => secrets.set("s", "v", { contentType: "t", tags: {} })],
  ] as const;
}

/** How each failed, and how long that took. */
async function failures(calls: readonly (readonly [string, () => Promise<unknown>])[]) {
  return Promise.all(
    calls.map(async ([name, call]) => {
      const startedMs = performance.now();
      const code = await call().then(
        () => "answered",
        (error: { code?: string }) => error.code,
      );
      return { name, code, isInTime: performance.now() - startedMs < MOST_MS };
    }),
  );
}

/** Tokens that nobody gives: the endpoint is silent about Graph's, asks to wait for the vault's, and the third caller is in a hurry. */
async function tokens() {
  const { url } = await serve((request, response) => {
    if (!request.url?.includes("vault")) return;
    response.writeHead(429, { "retry-after": "11" }).end("{}");
  });
  process.env.IDENTITY_ENDPOINT = `${url}/msi/token`;
  process.env.IDENTITY_HEADER = "secret-header";
  const credential = makeManagedIdentity(undefined);
  const timed = async (resource: string, options = {}) => {
    const startedMs = performance.now();
    const error = await credential.getToken(`${resource}/.default`, options).catch((failure: unknown) => failure);
    return { text: String(error), tookMs: performance.now() - startedMs };
  };
  return Promise.all([
    timed("https://graph.microsoft.com"),
    timed("https://vault.azure.net"),
    timed("https://storage.azure.com", { abortSignal: AbortSignal.timeout(300) }),
  ]);
}

// Deadlines are real time, so everything that waits for one does it side by side.
test("Every Azure service that never answers, or asks to wait for an hour, is given up after ten seconds in all", async () => {
  const slow = [never, muchLater(503), muchLater(429)];
  const calls = (await Promise.all(slow.map(everyClient))).flat();
  const [found, [silent, busy, hurried]] = await Promise.all([failures(calls), tokens()]);
  expect(found).toEqual(found.map(({ name }) => ({ name, code: "upstream-unavailable", isInTime: true })));
  for (const { text } of [silent, busy, hurried])
    expect(text).toBe("Error: the managed identity endpoint gave no token in time");
  expect(Math.max(silent.tookMs, busy.tookMs)).toBeLessThan(MOST_MS);
  expect(hurried.tookMs).toBeLessThan(5_000);
});

test("A service that fails is asked four times at most", async () => {
  const { counted, url } = await serve(failing);
  const key = Buffer.alloc(32, 1).toString("base64");
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${key};TableEndpoint=${url}/a;QueueEndpoint=${url}/a`;
  const table = makeTables({ connectionString }, makeManagedIdentity(undefined), randomUUID)("sessions");
  await expect(table.read("p", "r")).rejects.toMatchObject({ code: "upstream-unavailable" });
  expect(counted.calls).toBe(4);
});
