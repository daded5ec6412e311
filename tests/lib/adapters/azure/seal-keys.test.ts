import { createPublicKey, verify } from "node:crypto";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { TokenCredential } from "@azure/identity";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type Certificate, localCertificate } from "../../../../infra/local/certificate.ts";
import { managedIdentityToken } from "../../../../infra/local/identity/managed-identity-token.ts";
import type { StandIn } from "../../../../infra/local/stand-in.ts";
import { startVault } from "../../../../infra/local/vault/vault.ts";
import { makeSealKeys } from "../../../../lib/adapters/azure/seal-keys.ts";
import type { SealKeys } from "../../../../lib/audit/ports.ts";

const trusted = getCACertificates("default");
const credential: TokenCredential = {
  getToken: async () => ({
    token: await managedIdentityToken("https://vault.azure.net"),
    expiresOnTimestamp: Date.now() + 3_600_000,
  }),
};

let certificate: Certificate;
let vault: StandIn;
let keys: SealKeys;

beforeAll(async () => {
  certificate = await localCertificate();
  setDefaultCACertificates([...trusted, certificate.cert]);
});
beforeEach(async () => {
  vault = await startVault({ port: 0, certificate });
  keys = makeSealKeys(vault.url, credential);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await vault.close();
});
afterAll(() => setDefaultCACertificates(trusted));

/** What the vault was asked to do, without the questions that it answered by asking for a token. */
const asked = (path: RegExp) =>
  vault.journal.filter((entry) => path.test(`${entry.method} ${entry.path}`) && entry.status !== 401);
const create = /^POST .*\/keys\/audit-seal\/create/;

async function isSigned(version: string, text: string, signature: string) {
  const jwk = (await keys.all()).find(({ id }) => id === version)?.jwk;
  const key = createPublicKey({ key: jwk ?? {}, format: "jwk" });
  return verify("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
}

describe("The key that signs", () => {
  test("is made once, when it is first needed: P-256, to sign and verify", async () => {
    const version = await keys.current();
    expect(version).toMatch(/^[0-9a-f]{32}$/);
    expect([await keys.current(), await makeSealKeys(vault.url, credential).current()]).toEqual([version, version]);
    const made = asked(create);
    expect(made.map(({ body }) => JSON.parse(body))).toEqual([
      expect.objectContaining({ kty: "EC", crv: "P-256", key_ops: ["sign", "verify"] }),
    ]);
  });

  test("signs what anybody can verify with its public half, and nothing else", async () => {
    const version = await keys.current();
    const signature = await keys.sign(version, "what was sealed");
    expect(signature).toMatch(/^[\w-]{86}$/);
    expect(await isSigned(version, "what was sealed", signature)).toBe(true);
    expect(await isSigned(version, "something else", signature)).toBe(false);
  });

  test("may get a new version: that one signs, and both are told", async () => {
    const old = await keys.current();
    const signature = await keys.sign(old, "text");
    await makeVersion();
    const current = await keys.current();
    expect(current).not.toBe(old);
    expect((await keys.all()).map(({ id }) => id).sort()).toEqual([old, current].sort());
    expect(await isSigned(old, "text", signature)).toBe(true);
    expect(await isSigned(current, "text", signature)).toBe(false);
    expect(await isSigned(current, "text", await keys.sign(current, "text"))).toBe(true);
  });

  test("that is not made yet is no key at all, and is not made by asking", async () => {
    expect(await keys.all()).toEqual([]);
    expect(asked(create)).toEqual([]);
  });

  test("is told by its public half only", async () => {
    await keys.current();
    const [key] = await keys.all();
    expect(Object.keys(key?.jwk ?? {}).sort()).toEqual(["crv", "kty", "x", "y"]);
  });
});

/** As an administrator would, in the portal. */
async function makeVersion() {
  const { KeyClient } = await import("@azure/keyvault-keys");
  const client = new KeyClient(vault.url, credential, { disableChallengeResourceVerification: true });
  await client.createEcKey("audit-seal", { curve: "P-256" });
}

describe("When the vault fails", () => {
  const get = "/keys/audit-seal/?$";
  const failureOf = (work: () => Promise<unknown>) => work().catch((error: unknown) => error);
  const uses: [string, string, (version: string) => Promise<unknown>][] = [
    ["asking for the key", get, () => keys.current()],
    ["signing", "/sign$", (version) => keys.sign(version, "text")],
    ["listing the keys", "/versions$", () => keys.all()],
    ["reading a key", "/keys/audit-seal/[0-9a-f]{32}$", () => keys.all()],
  ];

  test.each(uses)("to allow %s, it says which role is needed", async (_, path, use) => {
    const version = await keys.current();
    vault.addFault({ path, status: 403, times: 0 });
    const error = await failureOf(() => use(version));
    expect(error).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 120, cause: { statusCode: 403 } });
    expect(String(error)).toMatch(/audit-seal.*Key Vault Crypto User/);
    expect(asked(create)).toHaveLength(1);
  });

  test.each(uses)("at %s, it says when to try again", async (_, path, use) => {
    const version = await keys.current();
    vault.addFault({ path, status: 400, times: 0 });
    const error = await failureOf(() => use(version));
    expect(error).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 30 });
    expect(String(error)).toMatch("does not answer");
    expect(asked(create)).toHaveLength(1);
  });

  test.each(uses)("by saying nothing at %s, it is not waited for without an end", async (_, path, use) => {
    const version = await keys.current();
    const { timeout } = AbortSignal;
    const waits = jest.spyOn(AbortSignal, "timeout").mockImplementation(() => timeout.call(AbortSignal, 100));
    vault.addFault({ path, behaviour: "hang", times: 0 });
    expect(await failureOf(() => use(version))).toMatchObject({ retryAfterSeconds: 30 });
    expect(new Set(waits.mock.calls.flat())).toEqual(new Set([10_000]));
  });

  test("to let the key be made, it says how to make it", async () => {
    vault.addFault({ path: "create", status: 403 });
    const error = await failureOf(() => keys.current());
    expect(error).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 120, cause: { statusCode: 403 } });
    expect(String(error)).toMatch(/audit-seal is missing.*P-256.*sign and verify/);
  });

  test("to make the key, it says when to try again", async () => {
    vault.addFault({ path: "create", status: 400 });
    const error = await failureOf(() => keys.current());
    expect(error).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 30 });
    expect(String(error)).toMatch("does not answer");
  });

  test("by saying nothing while the key is made, it is not waited for without an end", async () => {
    const { timeout } = AbortSignal;
    jest.spyOn(AbortSignal, "timeout").mockImplementation(() => timeout.call(AbortSignal, 100));
    vault.addFault({ path: "create", behaviour: "hang", times: 0 });
    expect(await failureOf(() => keys.current())).toMatchObject({ retryAfterSeconds: 30 });
  });

  test("by holding another kind of key, nobody is told of it as if it could be verified with", async () => {
    const version = await keys.current();
    const key = { kid: `${vault.url}/keys/audit-seal/${version}`, kty: "RSA", n: "AQAB", e: "AQAB" };
    vault.addFault({ path: `/${version}$`, status: 200, body: { key, attributes: {} } });
    await expect(keys.all()).rejects.toMatchObject({ code: "upstream-unavailable" });
  });

  test("to know the version that is to sign, nothing is signed", async () => {
    await keys.current();
    await expect(keys.sign("0".repeat(32), "text")).rejects.toMatchObject({ code: "upstream-unavailable" });
  });
});
