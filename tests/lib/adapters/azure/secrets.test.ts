import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { TokenCredential } from "@azure/identity";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { localCertificate } from "../../../../infra/local/certificate.ts";
import { managedIdentityToken } from "../../../../infra/local/identity/managed-identity-token.ts";
import type { StandIn } from "../../../../infra/local/stand-in.ts";
import { startVault } from "../../../../infra/local/vault/vault.ts";
import { makeSecrets, type Secrets, vaultOptions } from "../../../../lib/adapters/azure/secrets.ts";

const about = { contentType: "application/json;v=1", tags: { connectionId: "c1" } };
const folder = mkdtempSync(join(tmpdir(), "secrets-"));
const trusted = getCACertificates("default");
const credential: TokenCredential = {
  getToken: async () => ({
    token: await managedIdentityToken("https://vault.azure.net"),
    expiresOnTimestamp: Date.now() + 3_600_000,
  }),
};

let vault: StandIn;
let secrets: Secrets;

beforeAll(async () => {
  const certificate = await localCertificate(join(folder, "certificate.pem"));
  setDefaultCACertificates([...trusted, certificate.cert]);
  vault = await startVault({ port: 0, certificate });
  secrets = makeSecrets(vault.url, credential);
});
afterEach(() => vault.clearFaults());
afterAll(async () => {
  await vault.close();
  setDefaultCACertificates(trusted);
  rmSync(folder, { recursive: true });
});

/** What the vault was asked to do, without the questions that it answered by asking for a token. */
const askedOf = (name: string) =>
  vault.journal.filter(({ path, status }) => path.startsWith(`/secrets/${name}`) && status !== 401);

describe("The vault's secrets", () => {
  test("each version stays readable; without one the newest is read", async () => {
    const first = await secrets.set("tv-versions", "one", about);
    const second = await secrets.set("tv-versions", "two", about);
    expect(first).not.toBe(second);
    expect(await secrets.get("tv-versions", first)).toBe("one");
    expect(await secrets.get("tv-versions", second)).toBe("two");
    expect(await secrets.get("tv-versions")).toBe("two");
    const [written] = askedOf("tv-versions");
    expect(JSON.parse(written?.body ?? "")).toMatchObject(about);
  });

  test("a secret that is not there is an answer, for reading and for removing", async () => {
    expect(await secrets.get("tv-none")).toBeUndefined();
    expect(await secrets.get("tv-none", "0".repeat(32))).toBeUndefined();
    await expect(secrets.remove("tv-none")).resolves.toBeUndefined();
  });

  test("a removed secret is gone, removing it again is fine, and its name cannot be used again", async () => {
    await secrets.set("tv-removed", "one", about);
    await secrets.remove("tv-removed");
    expect(await secrets.get("tv-removed")).toBeUndefined();
    await secrets.remove("tv-removed");
    await expect(secrets.set("tv-removed", "two", about)).rejects.toMatchObject({ code: "upstream-unavailable" });
  });

  test("a missing role is named, with more patience than an outage", async () => {
    vault.addFault({ status: 403, times: 0 });
    for (const call of [secrets.get("tv-x"), secrets.set("tv-x", "v", about), secrets.remove("tv-x")]) {
      await expect(call).rejects.toMatchObject({
        code: "upstream-unavailable",
        message: expect.stringContaining("Key Vault Secrets Officer"),
        retryAfterSeconds: 120,
      });
    }
  });

  test("an answer of another kind is an outage, for every call, and told without details", async () => {
    vault.addFault({ status: 400, body: { error: { code: "BadParameter", message: "secret text" } }, times: 0 });
    for (const call of [secrets.get("tv-x"), secrets.set("tv-x", "v", about), secrets.remove("tv-x")]) {
      const failed = await call.catch((error: unknown) => error);
      expect(failed).toMatchObject({
        code: "upstream-unavailable",
        message: expect.stringMatching(/Key Vault.* Try again/),
        retryAfterSeconds: 30,
        cause: expect.objectContaining({ statusCode: 400 }),
      });
      expect(String(failed)).not.toContain("secret text");
    }
  });

  test("what is asked for without a version or with one is exactly that", async () => {
    const version = await secrets.set("tv-asked", "one", about);
    await secrets.get("tv-asked");
    await secrets.get("tv-asked", version);
    const reads = askedOf("tv-asked").filter(({ method }) => method === "GET");
    expect(reads.map(({ path }) => path.replace(/\/$/, ""))).toEqual([
      "/secrets/tv-asked",
      `/secrets/tv-asked/${version}`,
    ]);
  });

  test("a hiccup is not noticed", async () => {
    await secrets.set("tv-hiccup", "one", about);
    vault.addFault({ status: 503, times: 1 });
    expect(await secrets.get("tv-hiccup")).toBe("one");
  });
});

describe("The vault's address", () => {
  test.each([
    ["https://contoso.vault.azure.net", false],
    ["https://contoso.vault.usgovcloudapi.net/", false],
    ["https://contoso.vault.azure.cn", false],
    ["https://127.0.0.1:8443", true],
    ["https://contoso.vault.azure.net.evil.example", true],
    ["https://vault.example/.vault.azure.net", true],
  ])("%s: the SDK's check of the cloud is left out: %p", (url, isLeftOut) => {
    expect(vaultOptions(url).disableChallengeResourceVerification).toBe(isLeftOut);
  });

  test("that does not answer is tried four times in some seconds, no longer", () => {
    expect(vaultOptions("https://contoso.vault.azure.net").retryOptions).toEqual({
      maxRetries: 3,
      retryDelayInMs: 500,
      maxRetryDelayInMs: 4000,
    });
  });
});
