import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ManagedIdentityCredential } from "@azure/identity";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { makeConnectionStore } from "../../lib/adapters/azure/connection-store.ts";
import { makeSecrets } from "../../lib/adapters/azure/secrets.ts";
import { makeTables } from "../../lib/adapters/azure/table.ts";
import { makeTokenVault } from "../../lib/adapters/azure/token-vault.ts";
import { type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting, connectorOf, liveGrants, tokenCalls } from "../connect.ts";
import { requesting } from "../requesting.ts";
import { type StorageProxy, startStorageProxy } from "../storage-proxy.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const TOKEN = "/oauth2/token$";
const VERSIONED = /connections.*secretVersion/s;

let product: TestApp;
let agent: ReturnType<typeof requesting>;
let deviceId: string;
let storage: StorageProxy;

beforeAll(async () => {
  product = await startTestApp();
  storage = await startStorageProxy(product.around.storage);
});
beforeEach(async () => {
  await product.reset();
  agent = requesting(product);
  deviceId = agent.device().id;
  await connecting(product).connected();
});
afterEach(() => storage.clear());
afterAll(async () => {
  await storage.close();
  await product.stop();
});

const ask = (process?: AppProcess) =>
  agent.ask({ deviceId, notify: false }, process ? { process } : undefined).then((answer) => {
    const code = answer.status === 201 ? "" : answer.json<{ code: string }>().code;
    return `${answer.status} ${code}`.trim();
  });
const refreshes = () => tokenCalls(product, "refresh_token");
function fault(path: string, rest: Parameters<TestApp["around"]["teamviewer"]["addFault"]>[0]) {
  product.around.teamviewer.addFault({ path, times: 0, ...rest });
}
const tokensUsed = () => agent.callsTo(/\/sessions$/).map(({ headers }) => headers.authorization?.slice(7));
const needsConsentEntries = async () =>
  (await product.audit("connector.")).filter(({ action }) => action === "connector.needs-consent");
/** The token set that is current: TeamViewer's day has a minute and a half left. */
const almostOver = () => product.clock.advance(24 * HOUR_MS - 90_000);
const over = () => product.clock.advance(24 * HOUR_MS + 1000);
const tokenSet = async () => {
  const { value = "{}" } = await product.vault.getSecret((await product.secretNames())[0] ?? "");
  return JSON.parse(value) as { accessToken: string; refreshToken: string };
};
const expiredByNow = { status: 401, body: { error: "token_expired", error_code: 1 } };

describe("one refresh at a time", () => {
  test("50 callers here and 10 in two other processes ask TeamViewer once; nobody fails, the grant lives", async () => {
    const others = [product.newProcess(), product.newProcess()];
    await Promise.all(others.map(ask));
    over();
    fault(TOKEN, { delayMs: 300 });
    const callers = [
      ...Array.from({ length: 50 }, () => ask()),
      ...others.flatMap((other) => Array.from({ length: 5 }, () => ask(other))),
    ];
    expect(new Set(await Promise.all(callers))).toEqual(new Set(["201"]));
    expect(refreshes()).toHaveLength(1);
    expect(liveGrants(product)).toHaveLength(1);
    const { accessToken } = await tokenSet();
    expect(new Set(tokensUsed().slice(2))).toEqual(new Set([accessToken]));
  }, 20_000);

  test("refresh after refresh the grant lives: each takes the token of the one before", async () => {
    for (let day = 0; day < 3; day += 1) {
      over();
      expect(await Promise.all([ask(), ask(product.newProcess())])).toEqual(["201", "201"]);
    }
    expect(refreshes()).toHaveLength(3);
    expect(liveGrants(product)).toHaveLength(1);
  }, 20_000);

  test("with two minutes left nobody refreshes, with less somebody does", async () => {
    product.clock.advance(24 * HOUR_MS - 2 * MINUTE_MS - 1000);
    await ask();
    expect(refreshes()).toEqual([]);
    product.clock.advance(1000);
    await ask();
    expect(refreshes()).toHaveLength(1);
  });
});

test("tokens that live a minute are used for half of it, not refreshed at every request", async () => {
  product.around.teamviewer.setMode({ accessTokenSeconds: 60 });
  over();
  for (let time = 0; time < 3; time += 1) expect(await ask()).toBe("201");
  expect(refreshes()).toHaveLength(1);
  product.clock.advance(30_000);
  expect(await ask()).toBe("201");
  expect(refreshes()).toHaveLength(2);
});

describe("TeamViewer refuses the access token", () => {
  test("one refresh, one second try with the new token, and the agent notices nothing", async () => {
    const before = await tokenSet();
    fault("/sessions$", { method: "POST", times: 1, ...expiredByNow });
    expect(await ask()).toBe("201");
    expect(refreshes()).toHaveLength(1);
    const after = await tokenSet();
    expect(tokensUsed()).toEqual([before.accessToken, after.accessToken]);
  });

  test("the same when it says so with 400", async () => {
    fault("/sessions$", { method: "POST", times: 1, ...expiredByNow, status: 400 });
    expect(await ask()).toBe("201");
    expect(refreshes()).toHaveLength(1);
  });

  test("20 callers that are refused at once share one refresh", async () => {
    product.around.teamviewer.setMode({ accessTokenSeconds: 1 });
    over();
    expect(await ask()).toBe("201");
    product.around.teamviewer.setMode({ accessTokenSeconds: 86_400 });
    await delay(1_100);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(new Set(answers)).toEqual(new Set(["201"]));
    expect(refreshes()).toHaveLength(2);
    expect(agent.callsTo(/\/sessions$/).filter(({ status }) => status === 401).length).toBeGreaterThan(1);
    expect(liveGrants(product)).toHaveLength(1);
  });

  test("a new token that is refused as well ends the request, not the connection", async () => {
    fault("/sessions$", { method: "POST", ...expiredByNow });
    expect(await ask()).toBe("503 upstream-unavailable");
    expect(refreshes()).toHaveLength(1);
    expect(tokensUsed()).toHaveLength(2);
    expect(await connectorOf(product)).toMatchObject({ status: "connected" });
  });
});

describe("the grant has ended", () => {
  test("agents get 409 connector-needs-consent; one token call and one audit entry, however many ask", async () => {
    product.around.teamviewer.removeGrants();
    over();
    const other = product.newProcess();
    const answers = await Promise.all([...Array.from({ length: 10 }, () => ask()), ask(other), ask(other)]);
    expect(new Set(answers)).toEqual(new Set(["409 connector-needs-consent"]));
    expect(await ask(product.newProcess())).toBe("409 connector-needs-consent");
    expect(refreshes()).toHaveLength(1);
    expect(await connectorOf(product)).toMatchObject({ status: "needsConsent" });
    expect(await needsConsentEntries()).toEqual([
      expect.objectContaining({
        actor: { id: "connector", kind: "system" },
        phase: "outcome",
        result: "failed",
        reason: "invalid_grant",
      }),
    ]);
    expect(JSON.stringify(await product.audit("connector."))).not.toMatch(/Contoso|@|tv-/);
  }, 20_000);

  test("a new consent puts everything right", async () => {
    product.around.teamviewer.removeGrants();
    over();
    expect(await ask()).toBe("409 connector-needs-consent");
    await connecting(product).connected();
    expect(await ask()).toBe("201");
  });

  test("TeamViewer took a token but its answer was lost: said at the next try, not guessed before", async () => {
    over();
    fault(TOKEN, { behaviour: "reset-after", times: 1 });
    expect(await ask()).toBe("503 upstream-unavailable");
    expect(await connectorOf(product)).toMatchObject({ status: "connected" });
    expect(await ask()).toBe("409 connector-needs-consent");
    expect(await needsConsentEntries()).toHaveLength(1);
  });
});

test("invalid_grant after another process stored a newer set: that set is used and nothing is declared lost", async () => {
  over();
  fault(TOKEN, { times: 1, delayMs: 1500, status: 400, body: { error: "invalid_grant" } });
  const asked = ask();
  await struck();
  const newer = await refreshElsewhere();
  expect(await asked).toBe("201");
  expect(tokensUsed()).toEqual([newer]);
  expect(await connectorOf(product)).toMatchObject({ status: "connected" });
  expect(await needsConsentEntries()).toEqual([]);
});

/** TeamViewer has been asked what the armed fault will answer. */
async function struck() {
  for (;;) {
    const faults = (await (await fetch(`${product.around.teamviewer.url}/_control/faults`)).json()) as {
      struck: number;
    }[];
    if (faults.some((armed) => armed.struck > 0)) return;
    await delay(20);
  }
}

/** What a process does that does not know of our lease: refreshes, stores, points to it; answers its access token. */
async function refreshElsewhere() {
  const credential = new ManagedIdentityCredential();
  const { teamviewer, vault, storage } = product.around;
  const store = makeConnectionStore(
    makeTables({ connectionString: storage.connectionString }, credential, randomUUID)("connections"),
  );
  const tokenVault = makeTokenVault(makeSecrets(vault.url, credential));
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    refresh_token: (await tokenSet()).refreshToken,
    client_id: "123456-demoConnectorApp0001",
    client_secret: "demo-teamviewer-secret",
  });
  const answer = await fetch(`${teamviewer.url}/api/v1/oauth2/token`, { method: "POST", body: form });
  const { access_token, refresh_token } = (await answer.json()) as { access_token: string; refresh_token: string };
  const obtainedAt = product.clock.now().toISOString();
  const expiresAt = new Date(product.clock.now().getTime() + 24 * HOUR_MS).toISOString();
  const tokens = { accessToken: access_token, refreshToken: refresh_token, obtainedAt, expiresAt };
  const { current } = await store.read();
  if (!current) throw new Error("nothing is connected");
  const secretVersion = await tokenVault.write(current.value.secretName, current.value.id, tokens);
  await store.update(current, { ...current.value, secretVersion });
  return access_token;
}

describe("the token endpoint fails for a while", () => {
  test.each([
    ["answers 500", { status: 500, body: "{}" }],
    ["answers 429", { status: 429, body: "{}" }],
    ["answers what is no JSON", { status: 200, body: "<html>" }],
    ["answers without tokens", { status: 200, body: { token_type: "bearer" } }],
    ["answers nothing at all with 204", { status: 204, body: "" }],
    ["breaks off", { behaviour: "reset" as const }],
  ])("%s: sessions go on with the token that is still good, then wait, then go on again", async (_what, how) => {
    almostOver();
    fault(TOKEN, how);
    expect(await ask()).toBe("201");
    product.clock.advance(2 * MINUTE_MS);
    expect(await ask()).toBe("503 upstream-unavailable");
    expect(await connectorOf(product)).toMatchObject({ status: "connected" });
    product.clearFaults();
    expect(await ask()).toBe("201");
    expect(liveGrants(product)).toHaveLength(1);
    expect(await needsConsentEntries()).toEqual([]);
  });

  test("who cannot be served is told when to come back", async () => {
    over();
    fault(TOKEN, { status: 500 });
    const answer = await agent.ask({ deviceId, notify: false });
    expect(answer.headers.get("retry-after")).toBe("30");
  });
});

test("an answer without refresh token keeps the old one, which goes on working", async () => {
  product.around.teamviewer.setMode({ refresh: "non-rotating" });
  const before = await tokenSet();
  for (let day = 0; day < 2; day += 1) {
    over();
    expect(await ask()).toBe("201");
  }
  const after = await tokenSet();
  expect(after.refreshToken).toBe(before.refreshToken);
  expect(after.accessToken).not.toBe(before.accessToken);
});

describe("a new token set is stored before it is used", () => {
  test("TeamViewer sees the new token only after the vault took it", async () => {
    over();
    product.around.vault.addFault({ method: "PUT", delayMs: 300 });
    expect(await ask()).toBe("201");
    const put = product.around.vault.journal.filter(({ method }) => method === "PUT").at(-1);
    const [used] = agent.callsTo(/\/sessions$/);
    expect(Date.parse(used?.at ?? "")).toBeGreaterThanOrEqual(Date.parse(put?.at ?? ""));
    expect(used?.headers.authorization).toContain((await tokenSet()).accessToken);
  });

  test("the vault does not take it: it waits, encrypted, in its connection's row, every process uses it, and the timer brings it to the vault", async () => {
    almostOver();
    const before = await tokenSet();
    product.around.vault.addFault({ method: "PUT", status: 403, times: 0 });
    expect(await ask()).toBe("201");
    expect(await ask(product.newProcess())).toBe("201");
    const [used, ...others] = [...new Set(tokensUsed())];
    expect(used).not.toBe(before.accessToken);
    expect(others).toEqual([]);
    const row = JSON.stringify(await product.rows("connections"));
    expect(row).toContain("sealedTokens");
    expect(row).not.toContain(used);
    expect((await tokenSet()).accessToken).toBe(before.accessToken);

    product.clearFaults();
    await product.runTimer("follow-sessions");
    expect((await tokenSet()).accessToken).toBe(used);
    expect(JSON.stringify(await product.rows("connections"))).not.toContain("sealedTokens");
    expect(await ask(product.newProcess())).toBe("201");
    expect(refreshes()).toHaveLength(1);
    expect(liveGrants(product)).toHaveLength(1);
  });

  test("the process ends after the vault took it and before the connection points to it: the next one finds it", async () => {
    over();
    storage.fail({ about: VERSIONED, behaviour: 403 });
    const ending = product.newProcess({ AzureWebJobsStorage: storage.connectionString });
    expect(await ask(ending)).toBe("503 upstream-unavailable");
    expect(refreshes()).toHaveLength(1);
    expect(await ask(product.newProcess())).toBe("201");
    expect(refreshes()).toHaveLength(1);
    expect(liveGrants(product)).toHaveLength(1);
  });

  test("the answer about the new pointer is lost: nothing is asked twice", async () => {
    over();
    storage.fail({ about: VERSIONED, behaviour: "reset-after" });
    expect(await ask(product.newProcess({ AzureWebJobsStorage: storage.connectionString }))).toBe("201");
    expect(await ask(product.newProcess())).toBe("201");
    expect(refreshes()).toHaveLength(1);
  });
});

describe("the vault is down", () => {
  test("who has the tokens in memory goes on, even when a refresh is due: none is tried that could not be stored", async () => {
    expect(await ask()).toBe("201");
    product.around.vault.addFault({ status: 403, times: 0 });
    product.clock.advance(10 * MINUTE_MS);
    expect(await ask()).toBe("201");
    product.clock.advance(24 * HOUR_MS - 10 * MINUTE_MS - 90_000);
    expect(await ask()).toBe("201");
    expect(refreshes()).toEqual([]);
  });

  test("a process that just started says 503 and works as soon as the vault does", async () => {
    const fresh = product.newProcess();
    product.around.vault.addFault({ status: 403, times: 0 });
    expect(await ask(fresh)).toBe("503 upstream-unavailable");
    product.clearFaults();
    expect(await ask(fresh)).toBe("201");
  });

  test("memory is read once per token set and process, not once per request", async () => {
    await ask();
    const reads = () => product.around.vault.journal.filter(({ path }) => path.includes("/tv-")).length;
    const before = reads();
    await Promise.all(Array.from({ length: 10 }, () => ask()));
    expect(reads()).toBe(before);
  });
});

test("a connection that was changed between store and pointer keeps the change and gets the new set", async () => {
  almostOver();
  const pointing = storage.hold(VERSIONED);
  const asked = ask(product.newProcess({ AzureWebJobsStorage: storage.connectionString }));
  await pointing.reached;
  fault("/revoke$", { status: 500 });
  const token = await product.tokenFor("Ada Administrator");
  await product.request("DELETE", "/api/connector", { token });
  pointing.release();
  await asked;
  const row = (await product.rows("connections")).find(({ status }) => status === "disconnecting");
  const [name = ""] = await product.secretNames();
  const { secretVersion } = JSON.parse(String(row?.connection)) as { secretVersion: string };
  expect(secretVersion).toBe((await product.vault.getSecret(name)).properties.version);
});

test("a connection that is being removed while its token is refreshed stays removed", async () => {
  over();
  fault(TOKEN, { delayMs: 400 });
  const asked = ask();
  await delay(150);
  const token = await product.tokenFor("Ada Administrator");
  expect((await product.newProcess().request("DELETE", "/api/connector", { token })).status).toBe(202);
  await asked;
  await product.runTimer("follow-sessions");
  expect(await connectorOf(product)).toEqual({ status: "notConnected" });
  expect(liveGrants(product)).toEqual([]);
  expect(await product.secretNames()).toEqual([]);
});
