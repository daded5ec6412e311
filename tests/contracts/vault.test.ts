import { spawn } from "node:child_process";
import { createHash, createPublicKey, verify, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManagedIdentityCredential } from "@azure/identity";
import { CryptographyClient, KeyClient } from "@azure/keyvault-keys";
import { SecretClient, type SecretClientOptions } from "@azure/keyvault-secrets";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { generate } from "selfsigned";
import { type Certificate, localCertificate } from "../../infra/local/certificate.ts";
import { startIdentity } from "../../infra/local/identity/identity.ts";
import { managedIdentityToken } from "../../infra/local/identity/managed-identity-token.ts";
import type { StandIn } from "../../infra/local/stand-in.ts";
import { startVault } from "../../infra/local/vault/vault.ts";

const AUTHORITY = "http://127.0.0.1:1/0f0e0d0c-0b0a-4908-8706-050403020100";
const folder = mkdtempSync(join(tmpdir(), "vault-"));
const certificateFile = join(folder, "certificate.pem");

const vaults: StandIn[] = [];

let certificate: Certificate;
let identity: StandIn;
let vault: StandIn;
let client: SecretClient;

beforeAll(async () => {
  certificate = await localCertificate(certificateFile);
  identity = await startIdentity({ port: 0, header: "vault-test" });
  process.env.IDENTITY_ENDPOINT = `${identity.url}/msi/token`;
  process.env.IDENTITY_HEADER = "vault-test";
  vault = await start({ secrets: { "from-the-start": "s0" } });
  client = clientOf(vault.url);
});

afterEach(() => vault.clearFaults());

afterAll(async () => {
  await Promise.all([identity, ...vaults].map((one) => one.close()));
  delete process.env.IDENTITY_ENDPOINT;
  delete process.env.IDENTITY_HEADER;
  rmSync(folder, { recursive: true });
});

async function start(options: Omit<Parameters<typeof startVault>[0], "port" | "certificate">) {
  const one = await startVault({ port: 0, certificate, authority: AUTHORITY, ...options });
  vaults.push(one);
  return one;
}

function clientOf(url: string, options: SecretClientOptions = {}) {
  return new SecretClient(url, new ManagedIdentityCredential(), {
    disableChallengeResourceVerification: true,
    tlsOptions: { ca: certificate.cert },
    retryOptions: { retryDelayInMs: 1, maxRetryDelayInMs: 5 },
    ...options,
  });
}

const refusal = (statusCode: number, code: string) => expect.objectContaining({ statusCode, code });

async function namesOf(items: AsyncIterable<{ name: string }>) {
  const names: string[] = [];
  for await (const { name } of items) names.push(name);
  return names;
}

describe("the challenge", () => {
  test("a fresh client is challenged once, without a body, and then sends the managed identity's token", async () => {
    vault.journal.splice(0);
    const fresh = clientOf(vault.url);
    await fresh.setSecret("challenged", "value");
    await fresh.getSecret("challenged");

    expect(vault.journal.map(({ method, status }) => `${method} ${status}`)).toEqual(["PUT 401", "PUT 200", "GET 200"]);
    expect(vault.journal[0]?.body).toBe("");
    expect(vault.journal[1]?.headers.authorization).toMatch(/^Bearer ey/);
    expect(identity.journal.at(-1)?.query.resource).toBe("https://vault.azure.net");
  });

  test("two concurrent writes of a fresh client both arrive whole", async () => {
    const fresh = clientOf(vault.url);
    await Promise.all([fresh.setSecret("twin-a", "a"), fresh.setSecret("twin-b", "b")]);
    expect((await client.getSecret("twin-a")).value).toBe("a");
    expect((await client.getSecret("twin-b")).value).toBe("b");
  });

  test("a token for another resource, an expired one and one that is no JWT are refused", async () => {
    const tokens = [
      await managedIdentityToken("https://graph.microsoft.com"),
      await managedIdentityToken("https://vault.azure.net", { expiresInSeconds: -1 }),
      "opaque",
    ];
    for (const token of tokens) {
      const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
      const stranger = new SecretClient(vault.url, credential, {
        disableChallengeResourceVerification: true,
        tlsOptions: { ca: certificate.cert },
      });
      await expect(stranger.getSecret("from-the-start")).rejects.toEqual(refusal(401, "Unauthorized"));
    }
  });
});

describe("secrets", () => {
  test("a secret set at start is there, and is not overwritten at the next start", async () => {
    const file = join(folder, "secrets.json");
    const first = await start({ file, secrets: { "state-key": "one" } });
    await clientOf(first.url).setSecret("kept", "over a restart", { tags: { generation: "1" } });
    await first.close();
    const second = await start({ file, secrets: { "state-key": "two" } });
    const after = clientOf(second.url);

    expect((await after.getSecret("state-key")).value).toBe("one");
    expect((await after.getSecret("kept")).properties.tags).toEqual({ generation: "1" });
  });

  test("each set makes a version; the newest is read, an older one by its version", async () => {
    const expiresOn = new Date("2020-01-01T00:00:00Z");
    const first = await client.setSecret("versions", "1", { contentType: "application/json;v=1", expiresOn });
    const second = await client.setSecret("versions", "2", { tags: { generation: "2" } });

    const newest = await client.getSecret("Versions");
    expect(newest.value).toBe("2");
    expect(newest.properties.version).toBe(second.properties.version);
    expect(newest.properties.contentType).toBeUndefined();
    expect(newest.properties.recoveryLevel).toBe("Recoverable+Purgeable");

    const older = await client.getSecret("versions", { version: first.properties.version ?? "" });
    expect(older.value).toBe("1");
    expect(older.properties).toMatchObject({ contentType: "application/json;v=1", expiresOn, enabled: true });
  });

  test("a disabled version cannot be read, is still listed, and can be enabled again", async () => {
    const { properties } = await client.setSecret("disabled", "hidden", { tags: { a: "1" } });
    const version = properties.version ?? "";
    await client.updateSecretProperties("disabled", version, { enabled: false });

    await expect(client.getSecret("disabled")).rejects.toEqual(refusal(403, "Forbidden"));
    const listed: unknown[] = [];
    for await (const one of client.listPropertiesOfSecretVersions("disabled")) listed.push([one.enabled, one.tags]);
    expect(listed).toEqual([[false, { a: "1" }]]);

    await client.updateSecretProperties("disabled", version, { enabled: true, tags: { b: "2" } });
    const enabled = await client.getSecret("disabled");
    expect([enabled.value, enabled.properties.tags]).toEqual(["hidden", { b: "2" }]);
  });

  test("lists are paged by links on the same origin and come without values", async () => {
    for (let count = 1; count <= 5; count += 1) await client.setSecret("paged", `${count}`);
    const pages: number[] = [];
    const versions = new Set<string | undefined>();
    for await (const found of client.listPropertiesOfSecretVersions("paged").byPage({ maxPageSize: 2 })) {
      pages.push(found.length);
      for (const one of found) versions.add(one.version);
    }
    expect(pages).toEqual([2, 2, 1]);
    expect(versions.size).toBe(5);

    const names = await namesOf(client.listPropertiesOfSecrets());
    expect(names).toEqual(expect.arrayContaining(["from-the-start", "paged"]));
    expect(names.filter((name) => name === "paged")).toHaveLength(1);
  });

  test("what is missing, too large or badly named is refused in the service's words", async () => {
    await expect(client.getSecret("nowhere")).rejects.toEqual(refusal(404, "SecretNotFound"));
    await expect(client.getSecret("constructor")).rejects.toEqual(refusal(404, "SecretNotFound"));
    await expect(client.getSecret("from-the-start", { version: "0".repeat(32) })).rejects.toEqual(
      refusal(404, "SecretNotFound"),
    );
    await client.setSecret("large", "x".repeat(25 * 1024));
    await expect(client.setSecret("large", "x".repeat(25 * 1024 + 1))).rejects.toEqual(refusal(400, "BadParameter"));
    await expect(client.setSecret("under_score", "x")).rejects.toEqual(refusal(400, "BadParameter"));
    const sixteen = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`tag${index}`, ""]));
    await expect(client.setSecret("tagged", "x", { tags: sixteen })).rejects.toEqual(refusal(400, "BadParameter"));
  });
});

describe("soft delete", () => {
  test("a deleted secret keeps its name until it is recovered or purged", async () => {
    await client.setSecret("removed", "1");
    await client.setSecret("removed", "2");
    const poller = await client.beginDeleteSecret("removed", { intervalInMs: 1 });
    const deleted = await poller.pollUntilDone();
    const { deletedOn, scheduledPurgeDate } = deleted.properties;
    expect(Number(scheduledPurgeDate) - Number(deletedOn)).toBe(90 * 24 * 60 * 60 * 1000);

    await expect(client.getSecret("removed")).rejects.toEqual(refusal(404, "SecretNotFound"));
    await expect(client.setSecret("removed", "3")).rejects.toMatchObject({
      statusCode: 409,
      code: "Conflict",
      details: { error: { innerError: { code: "ObjectIsDeletedButRecoverable" } } },
    });
    expect(await namesOf(client.listDeletedSecrets())).toEqual(["removed"]);
    expect(await namesOf(client.listPropertiesOfSecrets())).not.toContain("removed");
    expect((await client.getDeletedSecret("removed")).properties.recoveryId).toMatch(/\/deletedsecrets\/removed$/);

    await (await client.beginRecoverDeletedSecret("removed", { intervalInMs: 1 })).pollUntilDone();
    expect((await client.getSecret("removed")).value).toBe("2");
  });

  test("a purged secret is gone with its versions and frees its name", async () => {
    const { properties } = await client.setSecret("purged", "1");
    await expect(client.purgeDeletedSecret("purged")).rejects.toEqual(refusal(404, "SecretNotFound"));
    await (await client.beginDeleteSecret("purged", { intervalInMs: 1 })).pollUntilDone();
    await client.purgeDeletedSecret("purged");

    await expect(client.getDeletedSecret("purged")).rejects.toEqual(refusal(404, "SecretNotFound"));
    await client.setSecret("purged", "new");
    await expect(client.getSecret("purged", { version: properties.version ?? "" })).rejects.toEqual(
      refusal(404, "SecretNotFound"),
    );
  });
});

describe("faults", () => {
  test("the client waits out a 429 and a 503 and then succeeds", async () => {
    const throttled = { error: { code: "Throttled", message: "Request was not processed because too many requests." } };
    vault.addFault({
      method: "PUT",
      path: "/secrets/patient",
      status: 429,
      body: throttled,
      headers: { "retry-after": "0" },
    });
    vault.addFault({ method: "PUT", path: "/secrets/patient", status: 503 });
    vault.journal.splice(0);
    await client.setSecret("patient", "value");
    expect(vault.journal.map(({ status, fault }) => [status, fault !== undefined])).toEqual([
      [429, true],
      [503, true],
      [200, false],
    ]);
  });

  test("a vault that hangs is given up when the caller's time is over, and works again afterwards", async () => {
    vault.addFault({ method: "GET", path: "/secrets/from-the-start", behaviour: "hang" });
    const abortSignal = AbortSignal.timeout(100);
    await expect(client.getSecret("from-the-start", { abortSignal })).rejects.toMatchObject({ name: "AbortError" });
    expect((await client.getSecret("from-the-start")).value).toBe("s0");
  });

  test("a write whose answer is lost has happened", async () => {
    vault.addFault({ method: "PUT", path: "/secrets/lost-answer", behaviour: "reset-after" });
    const once = clientOf(vault.url, { retryOptions: { maxRetries: 0 } });
    await once.getSecret("from-the-start");
    await expect(once.setSecret("lost-answer", "there")).rejects.toThrow();
    expect((await client.getSecret("lost-answer")).value).toBe("there");
  });
});

describe("the certificate", () => {
  test("is the same after a restart and is good for localhost and 127.0.0.1", async () => {
    expect(await localCertificate(certificateFile)).toEqual(certificate);
    const parsed = new X509Certificate(certificate.cert);
    expect([parsed.checkHost("localhost"), parsed.checkIP("127.0.0.1"), parsed.ca]).toEqual([
      "localhost",
      "127.0.0.1",
      true,
    ]);
  });

  test("is made anew when it is about to end or the file is not one", async () => {
    const ending = join(folder, "ending.pem");
    const week = new Date(Date.now() + 7 * 24 * 60 * 60 * 1000);
    const old = await generate([{ name: "commonName", value: "old" }], { keyType: "ec", notAfterDate: week });
    writeFileSync(ending, `${old.cert}\n${old.private}`);
    const renewed = await localCertificate(ending);
    expect(renewed.cert).not.toBe(old.cert.trim());
    expect(await localCertificate(ending)).toEqual(renewed);

    writeFileSync(ending, "no certificate");
    expect((await localCertificate(ending)).cert).toContain("BEGIN CERTIFICATE");
  });

  test("NODE_EXTRA_CA_CERTS makes the real client trust it, and nothing else does", async () => {
    const program = `
      const { SecretClient } = await import("@azure/keyvault-secrets");
      const { ManagedIdentityCredential } = await import("@azure/identity");
      const options = { disableChallengeResourceVerification: true, retryOptions: { maxRetries: 0 } };
      const client = new SecretClient(process.argv[1], new ManagedIdentityCredential(), options);
      console.log(await client.getSecret("from-the-start").then(({ value }) => value, ({ code }) => code));`;
    const run = (env: NodeJS.ProcessEnv) =>
      new Promise<string>((resolve, reject) => {
        const child = spawn(process.execPath, ["--input-type=module", "-e", program, vault.url], { env });
        let output = "";
        child.stdout.on("data", (chunk) => {
          output += chunk;
        });
        child.on("error", reject).on("close", () => resolve(output.trim()));
      });
    const trusting = await run({ ...process.env, NODE_EXTRA_CA_CERTS: certificateFile });
    const distrusting = await run({ ...process.env, NODE_EXTRA_CA_CERTS: "" });
    expect([trusting, distrusting]).toEqual(["s0", "DEPTH_ZERO_SELF_SIGNED_CERT"]);
  });
});

describe("keys", () => {
  let keys: KeyClient;
  const options = () => ({
    disableChallengeResourceVerification: true,
    tlsOptions: { ca: certificate.cert },
    retryOptions: { retryDelayInMs: 1, maxRetryDelayInMs: 5 },
  });
  const signerOf = (id = "") => new CryptographyClient(id, new ManagedIdentityCredential(), options());
  const digestOf = (text: string) => createHash("sha256").update(text).digest();

  beforeAll(() => {
    keys = new KeyClient(vault.url, new ManagedIdentityCredential(), options());
  });

  test("a key signs what its public half verifies, r and s as ES256 has them, and never shows its private half", async () => {
    const { id, key } = await keys.createEcKey("signing", { curve: "P-256", keyOps: ["sign", "verify"] });
    const { result } = await signerOf(id).signData("ES256", Buffer.from("text"));
    const [x = "", y = ""] = [key?.x, key?.y].map((part) => Buffer.from(part ?? []).toString("base64url"));
    const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
    const check = (text: string) =>
      verify("sha256", Buffer.from(text), { key: publicKey, dsaEncoding: "ieee-p1363" }, Buffer.from(result));
    expect([check("text"), check("another")]).toEqual([true, false]);
    expect(vault.journal.every(({ body }) => !body.includes('"d"'))).toBe(true);
    expect(key?.d).toBeUndefined();
  });

  test("each creation makes a version; old ones can be read and still sign, and all are listed", async () => {
    const first = await keys.createEcKey("rotated", { curve: "P-256" });
    const second = await keys.createEcKey("rotated", { curve: "P-256" });
    expect((await keys.getKey("Rotated")).properties.version).toBe(second.properties.version);
    const older = await keys.getKey("rotated", { version: first.properties.version ?? "" });
    expect(older.key?.x).toEqual(first.key?.x);
    expect((await signerOf(first.id).sign("ES256", digestOf("x"))).result).toHaveLength(64);
    const versions: (string | undefined)[] = [];
    for await (const { version } of keys.listPropertiesOfKeyVersions("rotated")) versions.push(version);
    expect(versions.sort()).toEqual([first.properties.version, second.properties.version].sort());
  });

  test("what a key is not for is refused in the service's words", async () => {
    await expect(keys.getKey("nowhere")).rejects.toEqual(refusal(404, "KeyNotFound"));
    await expect(keys.createEcKey("under_score")).rejects.toEqual(refusal(400, "BadParameter"));
    const { id, properties } = await keys.createEcKey("strict", { curve: "P-256" });
    await expect(signerOf(id).sign("ES256", Buffer.alloc(31))).rejects.toEqual(refusal(400, "BadParameter"));
    await expect(signerOf(id).sign("ES384", Buffer.alloc(48))).rejects.toEqual(refusal(400, "BadParameter"));
    const verifier = await keys.createEcKey("verifier", { curve: "P-256", keyOps: ["verify"] });
    await expect(signerOf(verifier.id).sign("ES256", digestOf("x"))).rejects.toThrow(
      /not (permitted|supported|allowed)|does not support/i,
    );
    await keys.updateKeyProperties("strict", properties.version ?? "", { enabled: false });
    await expect(signerOf(id).sign("ES256", digestOf("x"))).rejects.toEqual(refusal(403, "Forbidden"));
  });

  test("a deleted key keeps its name until it is recovered or purged", async () => {
    await keys.createEcKey("removed-key", { curve: "P-256" });
    await (await keys.beginDeleteKey("removed-key", { intervalInMs: 1 })).pollUntilDone();
    await expect(keys.getKey("removed-key")).rejects.toEqual(refusal(404, "KeyNotFound"));
    await expect(keys.createEcKey("removed-key")).rejects.toMatchObject({ statusCode: 409, code: "Conflict" });
    await (await keys.beginRecoverDeletedKey("removed-key", { intervalInMs: 1 })).pollUntilDone();
    expect((await keys.getKey("removed-key")).name).toBe("removed-key");
    await (await keys.beginDeleteKey("removed-key", { intervalInMs: 1 })).pollUntilDone();
    await keys.purgeDeletedKey("removed-key");
    await expect(keys.getDeletedKey("removed-key")).rejects.toEqual(refusal(404, "KeyNotFound"));
  });

  test("keys are kept over a restart, beside the secrets", async () => {
    const file = join(folder, "kept.json");
    const first = await start({ file });
    const at = (url: string) => new KeyClient(url, new ManagedIdentityCredential(), options());
    const made = await at(first.url).createEcKey("kept", { curve: "P-256" });
    await first.close();
    const second = await start({ file });
    expect((await at(second.url).getKey("kept")).key?.x).toEqual(made.key?.x);
  });
});
