import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { healthSchema } from "../../lib/connector/health.ts";
import { type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { requesting } from "../requesting.ts";
import { type StorageProxy, startStorageProxy } from "../storage-proxy.ts";

let product: TestApp;
let agent: ReturnType<typeof requesting>;
let storage: StorageProxy;
let process: AppProcess;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  storage = await startStorageProxy(product.around.storage);
  await connecting(product).connected();
});

// Nothing is known to a new process: it is like one that has just been deployed.
beforeEach(() => {
  process = product.newProcess({ AzureWebJobsStorage: storage.connectionString });
});

afterEach(() => {
  storage.clear();
  product.clearFaults();
  product.around.graph.grantPermissions();
});

afterAll(async () => {
  await storage.close();
  await product.stop();
});

const lookOf = async (by = process) => {
  const answer = await by.request("GET", "/api/health", { token: await product.tokenFor("Dev Auditor") });
  return healthSchema.parse(answer.json());
};
/** What health says of a dependency that fails; undefined when it is well. */
const remedy = async (name: string, by = process): Promise<string | undefined> => {
  const { status, detail } = (await lookOf(by)).dependencies?.[name] ?? {};
  return status === "failing" ? detail : undefined;
};
const ask = (by = process) => agent.ask({ deviceId: agent.device().id }, { process: by });
const enable = async (by = process) =>
  by.request("POST", "/api/connector/consents", {
    token: await product.tokenFor("Ada Administrator"),
    body: { termsVersion: "1", termsAccepted: true },
  });
const start = async (by = process) => {
  const { startUrl } = (await enable(by)).json<{ startUrl: string }>();
  return by.request("GET", startUrl);
};
/** Health looks again a quarter of a minute later. */
const later = () => product.clock.advance(15_000);
const refusedBy = (code: string) => ({
  behaviour: 403,
  times: 0,
  headers: { "content-type": "application/json", "x-ms-error-code": code },
  body: JSON.stringify({ "odata.error": { code, message: { lang: "en-US", value: "No." } } }),
});

describe("A role that was not given, or does not work yet", () => {
  test.each([
    ["a role", "AuthorizationPermissionMismatch", "Storage Table Data Contributor"],
    ["the network", "AuthorizationFailure", "firewall"],
  ])(
    "for tables is told by health and by who asks (%s), and all goes on as soon as it works",
    async (_what, code, words) => {
      storage.fail({ about: /connections|sessions|audit/, ...refusedBy(code) });
      expect(await remedy("storage")).toContain(words);
      const refused = await ask();
      expect([refused.status, refused.json().code]).toEqual([503, "upstream-unavailable"]);
      storage.clear();
      expect((await ask()).status).toBe(201);
      later();
      expect(await remedy("storage")).toBeUndefined();
    },
  );

  test("for the queue is told by health; sessions begin all the same, and their users are asked when it works", async () => {
    storage.fail({
      about: /notifications(\/messages|\?comp=metadata)/,
      ...refusedBy("AuthorizationPermissionMismatch"),
    });
    expect(await remedy("storage")).toContain("Storage Queue Data Contributor");
    const session = (await ask()).json<{ id: string }>();
    storage.clear();
    later();
    expect(await remedy("storage")).toBeUndefined();
    await agent.follow(1, process);
    expect(await agent.messagesOf(session.id)).toHaveLength(1);
  });

  test.each([
    ["the role", "ForbiddenByRbac", "Key Vault Secrets Officer"],
    ["the network", "ForbiddenByFirewall", "firewall"],
    ["a secret that is disabled", "SecretDisabled", "disabled"],
  ])(
    "for the vault is told by health and by who asks (%s), and all goes on as soon as it works",
    async (_what, code, words) => {
      const body = { error: { code: "Forbidden", message: "No.", innererror: { code } } };
      product.around.vault.addFault({ path: "^/secrets", times: 0, status: 403, body });
      expect(await remedy("keyVault")).toContain(words);
      const refused = await ask();
      expect([refused.status, refused.json<{ detail: string }>().detail]).toEqual([
        503,
        expect.stringContaining(words),
      ]);
      product.clearFaults();
      expect((await ask()).status).toBe(201);
      later();
      expect(await remedy("keyVault")).toBeUndefined();
    },
  );
});

test("An admin consent that is missing is told with its permission, and all goes on as soon as Graph allows it", async () => {
  product.around.graph.missPermission({
    scope: "DeviceManagementManagedDevices.ReadWrite.All",
    path: "managedDevices",
  });
  expect(await remedy("graph")).toContain("DeviceManagementManagedDevices.ReadWrite.All");
  const refused = await ask();
  expect([refused.status, refused.json<{ detail: string }>().detail]).toEqual([
    502,
    expect.stringContaining("consent"),
  ]);
  product.around.graph.grantPermissions();
  expect((await ask()).status).toBe(201);
  later();
  expect(await remedy("graph")).toBeUndefined();
});

test("A managed identity that gives no token is told, whoever wanted one, and all goes on as soon as it does", async () => {
  product.around.identity.addFault({
    times: 0,
    status: 400,
    body: { message: "No User Assigned Managed Identity found" },
  });
  // Tokens are kept by identity, so this one begins without any.
  const other = product.newProcess({ AZURE_CLIENT_ID: randomUUID() });
  const { dependencies } = await lookOf(other);
  for (const name of ["keyVault", "graph", "people"]) {
    expect(dependencies?.[name]?.detail).toContain("managed identity");
    expect(dependencies?.[name]?.detail).toContain("AZURE_CLIENT_ID");
  }
  expect((await ask(other)).status).toBe(503);
  product.clearFaults();
  expect((await ask(other)).status).toBe(201);
  later();
  expect((await lookOf(other)).status).toBe("ok");
});

describe("A secret of the deployment", () => {
  const gone = async (names: readonly string[]) => {
    for (const name of names) await (await product.vault.beginDeleteSecret(name)).pollUntilDone();
  };
  const back = async (names: readonly string[]) => {
    for (const name of names) await (await product.vault.beginRecoverDeletedSecret(name)).pollUntilDone();
  };

  test.each([[["state-key"]], [["teamviewer-client-secret"]], [["state-key", "teamviewer-client-secret"]]])(
    "that is not set is named, each of them (%s), and serves as soon as it is set",
    async (names) => {
      await gone(names);
      const text = await remedy("keyVault");
      for (const name of ["state-key", "teamviewer-client-secret"])
        expect(Boolean(text?.includes(`The secret ${name} is not set`))).toBe(names.includes(name));
      if (names.includes("state-key"))
        expect((await enable()).json<{ detail: string }>().detail).toContain("state-key");
      await back(names);
      expect((await start()).status).toBe(302);
      later();
      expect(await remedy("keyVault")).toBeUndefined();
    },
  );

  test.each([
    ["too short", "too short", "c2hvcnQ="],
    ["not base64", "not base64", "<paste the key here>"],
  ])("state-key that is %s is told so, and serves as soon as it is put right", async (_what, words, value) => {
    const { value: good = "" } = await product.vault.getSecret("state-key");
    await product.vault.setSecret("state-key", value);
    expect(await remedy("keyVault")).toContain(words);
    const refused = await enable();
    expect([refused.status, refused.json<{ detail: string }>().detail]).toEqual([503, expect.stringContaining(words)]);
    await product.vault.setSecret("state-key", good);
    expect((await enable()).status).toBe(201);
    later();
    expect(await remedy("keyVault")).toBeUndefined();
  });

  test("is taken without the line end that a file or an editor left", async () => {
    const names = ["state-key", "teamviewer-client-secret"] as const;
    const kept = await Promise.all(names.map((name) => product.vault.getSecret(name)));
    for (const { name, value } of kept) await product.vault.setSecret(name, `${value}\n`);
    await product.reset();
    expect((await connecting(product).connected()).status).toBe("connected");
    for (const { name, value = randomBytes(32).toString("base64") } of kept) await product.vault.setSecret(name, value);
  });
});
