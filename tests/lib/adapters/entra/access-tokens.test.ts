import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
  webcrypto,
} from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import * as jose from "jose";
import { type Entra, startEntra } from "../../../../infra/local/entra/entra.ts";
import { API_CLIENT_ID, PORTAL_CLIENT_ID, principals, TENANT_ID } from "../../../../infra/local/principals.ts";
import { startStandIn } from "../../../../infra/local/stand-in.ts";
import { makeAuthenticate } from "../../../../lib/adapters/entra/access-tokens.ts";
import { makeOutbound, type Outbound } from "../../../../lib/adapters/outbound.ts";

const NOW_MS = Date.parse("2026-11-22T10:00:00.000Z");
const NOW_SECONDS = NOW_MS / 1000;
const OTHER_TENANT = "1f0e0d0c-0b0a-4908-8706-050403020100";
const GRAPH_APP = "00000003-0000-0000-c000-000000000000";
const BRUNO = "10000000-0000-4000-8000-000000000002";
const ROBOT_CLIENT = "30000000-0000-4000-8000-000000000001";
const folder = mkdtempSync(join(tmpdir(), "access-tokens-"));
const keyPath = `/${TENANT_ID}/discovery/v2.0/keys`;

let entra: Entra;
let lookAlike: Entra;
let tenantKey: jose.JWK;

const startAt = (file: string) =>
  startEntra({ port: 0, tenantId: TENANT_ID, apiClientId: API_CLIENT_ID, principals, file, now: () => NOW_MS });

beforeAll(async () => {
  entra = await startAt(join(folder, "entra.json"));
  lookAlike = await startAt(join(folder, "look-alike.json"));
  const kept = JSON.parse(readFileSync(join(folder, "entra.json"), "utf8")) as { keys: jose.JWK[] };
  tenantKey = kept.keys[0] ?? {};
});

// jose measures how old its keys are by `Date`; nothing else is held still, so that sockets work.
beforeEach(() => {
  jest.useFakeTimers({
    now: NOW_MS,
    doNotFake: [
      "setTimeout",
      "clearTimeout",
      "setInterval",
      "clearInterval",
      "setImmediate",
      "clearImmediate",
      "nextTick",
      "queueMicrotask",
      "performance",
      "hrtime",
    ],
  });
  entra.journal.splice(0);
});
afterEach(() => {
  jest.useRealTimers();
  entra.clearFaults();
});
afterAll(async () => {
  await Promise.all([entra.close(), lookAlike.close()]);
  rmSync(folder, { recursive: true });
});

/** A process of the product whose clock runs `aheadSeconds` before Entra's. */
function aProcess({ aheadSeconds = 0, allowedClients = [] as string[] } = {}) {
  const authenticate = makeAuthenticate({
    entraUrl: entra.url,
    tenantId: TENANT_ID,
    apiClientId: API_CLIENT_ID,
    allowedClients,
    outbound: makeOutbound([entra.url]),
    now: () => new Date(Date.now() + aheadSeconds * 1000),
  });
  return async (token: string, scheme = "Bearer ") => {
    try {
      return await authenticate(`${scheme}${token}`);
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  };
}

/** The bare check, with its errors as they are. */
const withOutbound = (outbound: Outbound) =>
  makeAuthenticate({
    entraUrl: entra.url,
    tenantId: TENANT_ID,
    apiClientId: API_CLIENT_ID,
    allowedClients: [],
    outbound,
    now: () => new Date(),
  });

const keyRequests = () => entra.journal.filter(({ path }) => path === keyPath).length;
const bruno = (overrides = {}) => entra.tokenFor("Bruno Agent", overrides);
const robot = (overrides = {}) => entra.tokenFor("Ticket system", overrides);
const claimsOf = (token: string) => jose.decodeJwt(token) as Record<string, unknown>;
const part = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** The claims of a good token, signed anew: by any key, with any header. */
async function resigned(header: jose.JWTHeaderParameters, key: Parameters<jose.SignJWT["sign"]>[0], claims = {}) {
  return new jose.SignJWT({ ...claimsOf(await bruno()), ...claims }).setProtectedHeader(header).sign(key);
}
/** Any payload under any header, with a right signature of the tenant's own key. */
function signedByHand(payload: unknown, header: Record<string, unknown> = {}): string {
  const text = `${part({ alg: "RS256", kid: tenantKey.kid, ...header })}.${part(payload)}`;
  const key = createPrivateKey({ key: tenantKey as JsonWebKey, format: "jwk" });
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}

const own: KeyObject = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
function publicKeyOf(format: "pem" | "der"): Uint8Array {
  const key = createPublicKey({ key: tenantKey as JsonWebKey, format: "jwk" });
  return format === "pem"
    ? Buffer.from(key.export({ type: "spki", format: "pem" }))
    : key.export({ type: "spki", format: "der" });
}

describe("A good token", () => {
  test("of a person tells who it is", async () => {
    expect(await aProcess()(await bruno())).toEqual({
      id: BRUNO,
      kind: "person",
      clientId: PORTAL_CLIENT_ID,
      roles: ["RemoteAssistance.Request"],
      emails: ["bruno.agent@contoso.example"],
      firstName: "Bruno",
    });
  });

  test("of an application tells which it is", async () => {
    expect(await aProcess()(await robot())).toEqual({
      id: "20000000-0000-4000-8000-000000000001",
      kind: "application",
      clientId: ROBOT_CLIENT,
      roles: ["RemoteAssistance.Request"],
    });
  });

  test("is taken when it is signed by hand: so the wrong ones below are refused for what is wrong with them", async () => {
    expect(await aProcess()(signedByHand(claimsOf(await bruno())))).toMatchObject({ id: BRUNO });
  });

  test("is taken whatever the letters of its scheme (RFC 9110 section 11.1)", async () => {
    expect(await aProcess()(await bruno(), "bearer ")).toMatchObject({ id: BRUNO });
  });

  test("of a burst is verified once a minute", async () => {
    const verify = jest.spyOn(webcrypto.subtle, "verify");
    const call = aProcess();
    const token = await bruno();
    for (let number = 0; number < 20; number += 1) await call(token);
    expect(verify).toHaveBeenCalledTimes(1);
    jest.setSystemTime(NOW_MS + 60_000);
    expect(await call(token)).toMatchObject({ id: BRUNO });
    expect(verify).toHaveBeenCalledTimes(2);
    verify.mockRestore();
  });

  test("that was taken a moment ago is refused when it has expired", async () => {
    const call = aProcess();
    const token = await bruno({ expiresInSeconds: 30 });
    expect(await call(token)).toMatchObject({ id: BRUNO });
    jest.setSystemTime(NOW_MS + 30_000 + 61_000);
    expect(await call(token)).toBe("unauthenticated");
  });

  test("of 16 KiB is taken, as long as a token may be", async () => {
    const claims = claimsOf(await bruno());
    const padded = (letters: number, header: string) =>
      signedByHand({ ...claims, padding: "x".repeat(letters) }, { padding: header });
    const missing = 16 * 1024 - padded(0, "").length;
    // Base64 skips some lengths, which ones depends on the header's.
    const fitting = ["", "x", "xx"]
      .flatMap((header) => [-3, -2, -1, 0, 1].map((more) => padded(Math.floor((missing * 3) / 4) + more, header)))
      .find(({ length }) => length === 16 * 1024);
    expect(await aProcess()(fitting ?? "")).toMatchObject({ id: BRUNO });
  });

  test("of a client on the list is taken, of another one is not", async () => {
    const call = aProcess({ allowedClients: [PORTAL_CLIENT_ID] });
    expect([await call(await bruno()), await call(await robot())]).toEqual([
      expect.objectContaining({ id: BRUNO }),
      "forbidden",
    ]);
  });
});

describe("The clocks of Entra and ours", () => {
  test.each([
    ["a token that expired 59 s ago is taken", { expiresInSeconds: -59 }, 0, true],
    ["a token that expired 61 s ago is not", { expiresInSeconds: -61 }, 0, false],
    ["a token that begins in 59 s is taken", { claims: { nbf: NOW_SECONDS + 59 } }, 0, true],
    ["a token that begins in 61 s is not", { claims: { nbf: NOW_SECONDS + 61 } }, 0, false],
    ["a token is not taken by a clock that is ten minutes slow", {}, -600, false],
    ["a token is taken by a clock that is five minutes slow: Entra dates it back", {}, -300, true],
    ["an hour later a token is over", {}, 3661, false],
  ])("%s", async (_title, overrides, aheadSeconds, isTaken) => {
    const answer = await aProcess({ aheadSeconds })(await bruno(overrides));
    expect(typeof answer === "object").toBe(isTaken);
    if (!isTaken) expect(answer).toBe("unauthenticated");
  });
});

/** How each wrong token is made, and what it is refused with. */
const forgeries: [string, () => Promise<string>, "unauthenticated" | "forbidden"][] = [
  // The signature.
  [
    "alg none, no signature",
    async () => `${part({ alg: "none" })}.${(await bruno()).split(".")[1]}.`,
    "unauthenticated",
  ],
  [
    "alg none, a signature all the same",
    async () => `${part({ alg: "none" })}.${(await bruno()).split(".").slice(1).join(".")}`,
    "unauthenticated",
  ],
  [
    "alg None",
    async () => `${part({ alg: "None" })}.${(await bruno()).split(".").slice(1).join(".")}`,
    "unauthenticated",
  ],
  [
    "alg nOnE with the tenant's kid",
    async () => `${part({ alg: "nOnE", kid: tenantKey.kid })}.${(await bruno()).split(".")[1]}.AA`,
    "unauthenticated",
  ],
  [
    "no alg",
    async () => `${part({ kid: tenantKey.kid })}.${(await bruno()).split(".").slice(1).join(".")}`,
    "unauthenticated",
  ],
  [
    "HS256 with the public key as PEM",
    async () => resigned({ alg: "HS256", kid: tenantKey.kid ?? "" }, publicKeyOf("pem")),
    "unauthenticated",
  ],
  [
    "HS256 with the public key as DER",
    async () => resigned({ alg: "HS256", kid: tenantKey.kid ?? "" }, publicKeyOf("der")),
    "unauthenticated",
  ],
  [
    "HS256 with the modulus",
    async () => resigned({ alg: "HS256", kid: tenantKey.kid ?? "" }, Buffer.from(tenantKey.n ?? "", "base64url")),
    "unauthenticated",
  ],
  ["HS256 with the client's id", async () => resigned({ alg: "HS256" }, Buffer.from(API_CLIENT_ID)), "unauthenticated"],
  [
    "RS384 by the tenant's own key",
    async () => resigned({ alg: "RS384", kid: tenantKey.kid ?? "" }, await jose.importJWK(tenantKey, "RS384")),
    "unauthenticated",
  ],
  [
    "RS512 by the tenant's own key",
    async () => resigned({ alg: "RS512", kid: tenantKey.kid ?? "" }, await jose.importJWK(tenantKey, "RS512")),
    "unauthenticated",
  ],
  [
    "PS256 by the tenant's own key",
    async () => resigned({ alg: "PS256", kid: tenantKey.kid ?? "" }, await jose.importJWK(tenantKey, "PS256")),
    "unauthenticated",
  ],
  [
    "ES256 by a key of the forger",
    async () =>
      resigned(
        { alg: "ES256", kid: tenantKey.kid ?? "" },
        generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
      ),
    "unauthenticated",
  ],
  [
    "EdDSA by a key of the forger",
    async () => resigned({ alg: "EdDSA", kid: tenantKey.kid ?? "" }, generateKeyPairSync("ed25519").privateKey),
    "unauthenticated",
  ],
  [
    "RS256 by a key of the forger under the tenant's kid",
    () => resigned({ alg: "RS256", kid: tenantKey.kid ?? "" }, own),
    "unauthenticated",
  ],
  ["RS256 by a key of the forger without kid", () => resigned({ alg: "RS256" }, own), "unauthenticated"],
  [
    "a key of the forger in the header (jwk)",
    async () =>
      resigned({ alg: "RS256", kid: tenantKey.kid ?? "", jwk: own.export({ format: "jwk" }) as jose.JWK }, own),
    "unauthenticated",
  ],
  [
    "another tenant's key, everything else right",
    async () => lookAlike.tokenFor("Bruno Agent", { claims: { iss: `${entra.url}/${TENANT_ID}/v2.0` } }),
    "unauthenticated",
  ],
  [
    "the signature of another token",
    async () => `${(await bruno()).split(".").slice(0, 2).join(".")}.${(await robot()).split(".")[2]}`,
    "unauthenticated",
  ],
  [
    "a role added afterwards",
    async () => {
      const [head, body, tail] = (await bruno()).split(".");
      return `${head}.${part({ ...JSON.parse(Buffer.from(body ?? "", "base64url").toString()), roles: ["RemoteAssistance.Update"] })}.${tail}`;
    },
    "unauthenticated",
  ],
  [
    "a header changed afterwards",
    async () =>
      `${part({ alg: "RS256", kid: tenantKey.kid, typ: "at+jwt" })}.${(await bruno()).split(".").slice(1).join(".")}`,
    "unauthenticated",
  ],
  ["half a signature", async () => (await bruno()).slice(0, -170), "unauthenticated"],
  [
    "one flipped bit in the signature",
    async () => (await bruno()).replace(/.(?=.{9}$)/, (sign) => (sign === "A" ? "B" : "A")),
    "unauthenticated",
  ],
  ["a signature of zeros", async () => (await bruno()).replace(/[^.]+$/, "A".repeat(342)), "unauthenticated"],
  [
    "a critical header that nobody knows",
    async () => signedByHand(claimsOf(await bruno()), { crit: ["x"], x: 1 }),
    "unauthenticated",
  ],
  // Its key.
  ["an unknown kid", () => bruno({ header: { kid: "unknown" } }), "unauthenticated"],
  ["a kid that is a path", () => bruno({ header: { kid: "../../../../dev/null" } }), "unauthenticated"],
  ["a kid that is SQL", () => bruno({ header: { kid: "x' UNION SELECT 'k" } }), "unauthenticated"],
  ["a kid that is __proto__", () => bruno({ header: { kid: "__proto__" } }), "unauthenticated"],
  // Who made it and for whom.
  [
    "another tenant as issuer",
    () => bruno({ claims: { iss: `${entra.url}/${OTHER_TENANT}/v2.0` } }),
    "unauthenticated",
  ],
  [
    "the issuer of v1 tokens",
    () => bruno({ claims: { iss: `https://sts.windows.net/${TENANT_ID}/` } }),
    "unauthenticated",
  ],
  ["the issuer without its version", () => bruno({ claims: { iss: `${entra.url}/${TENANT_ID}` } }), "unauthenticated"],
  [
    "the issuer with a slash more",
    () => bruno({ claims: { iss: `${entra.url}/${TENANT_ID}/v2.0/` } }),
    "unauthenticated",
  ],
  ["the issuer common", () => bruno({ claims: { iss: `${entra.url}/common/v2.0` } }), "unauthenticated"],
  ["issuers in a list", () => bruno({ claims: { iss: [`${entra.url}/${TENANT_ID}/v2.0`] } }), "unauthenticated"],
  ["no issuer", () => bruno({ claims: { iss: null } }), "unauthenticated"],
  ["Graph's audience", () => bruno({ claims: { aud: GRAPH_APP } }), "unauthenticated"],
  [
    "Graph's audience by its address",
    () => bruno({ claims: { aud: "https://graph.microsoft.com" } }),
    "unauthenticated",
  ],
  ["our audience as v1 names it", () => bruno({ claims: { aud: `api://${API_CLIENT_ID}` } }), "unauthenticated"],
  ["our audience in other letters", () => bruno({ claims: { aud: API_CLIENT_ID.toUpperCase() } }), "unauthenticated"],
  ["audiences without ours", () => bruno({ claims: { aud: [GRAPH_APP, PORTAL_CLIENT_ID] } }), "unauthenticated"],
  ["no audience", () => bruno({ claims: { aud: null } }), "unauthenticated"],
  ["another tenant's id", () => bruno({ claims: { tid: OTHER_TENANT } }), "unauthenticated"],
  ["no tenant", () => bruno({ claims: { tid: null } }), "unauthenticated"],
  ["version 1.0", () => bruno({ claims: { ver: "1.0" } }), "unauthenticated"],
  ["version 2.0 as a number", () => bruno({ claims: { ver: 2.0 } }), "unauthenticated"],
  ["no version", () => bruno({ claims: { ver: null } }), "unauthenticated"],
  // Its times.
  ["no end", () => bruno({ claims: { exp: null } }), "unauthenticated"],
  ["an end a minute and a second ago", () => bruno({ expiresInSeconds: -61 }), "unauthenticated"],
  ["an end that is a text", () => bruno({ claims: { exp: "9999999999" } }), "unauthenticated"],
  ["an end before 1970", () => bruno({ claims: { exp: -1 } }), "unauthenticated"],
  ["a beginning a minute and a second ahead", () => bruno({ claims: { nbf: NOW_SECONDS + 61 } }), "unauthenticated"],
  ["a beginning that is a text", () => bruno({ claims: { nbf: "0" } }), "unauthenticated"],
  ["no time of issue", () => bruno({ claims: { iat: null } }), "unauthenticated"],
  ["a time of issue that is a text", () => bruno({ claims: { iat: "now" } }), "unauthenticated"],
  // Who it is about.
  ["no object id", () => bruno({ claims: { oid: null } }), "unauthenticated"],
  [
    "a user name for an object id",
    () => bruno({ claims: { oid: "ada.administrator@contoso.example" } }),
    "unauthenticated",
  ],
  [
    "an ID token for the portal",
    () => bruno({ claims: { aud: PORTAL_CLIENT_ID, azp: null, azpacr: null, scp: null, roles: null, nonce: "n" } }),
    "unauthenticated",
  ],
  [
    "an ID token for this very API",
    () => bruno({ claims: { azp: null, azpacr: null, scp: null, nonce: "n" } }),
    "unauthenticated",
  ],
  ["roles that are a text", () => bruno({ claims: { roles: "RemoteAssistance.Update" } }), "unauthenticated"],
  ["no scope", () => bruno({ claims: { scp: null } }), "forbidden"],
  ["another scope", () => bruno({ claims: { scp: "User.Read" } }), "forbidden"],
  ["our scope as a part of another", () => bruno({ claims: { scp: "not_access_as_user" } }), "forbidden"],
  [
    "our scope by its long name",
    () => bruno({ claims: { scp: `api://${API_CLIENT_ID}/access_as_user` } }),
    "forbidden",
  ],
  ["scopes in a list", () => bruno({ claims: { scp: ["access_as_user"] } }), "unauthenticated"],
  ["an application's token with a scope", () => robot({ claims: { scp: "access_as_user" } }), "forbidden"],
  ["a person's token that says app", () => bruno({ claims: { idtyp: "app" } }), "forbidden"],
  ["an application's token that does not say app", () => robot({ claims: { idtyp: null } }), "forbidden"],
  ["an application's token that says user", () => robot({ claims: { idtyp: "user" } }), "forbidden"],
  // Its form.
  ["nothing", async () => "", "unauthenticated"],
  ["two parts", async () => (await bruno()).split(".").slice(0, 2).join("."), "unauthenticated"],
  ["four parts", async () => `${await bruno()}.AA`, "unauthenticated"],
  [
    "an encrypted token",
    async () =>
      new jose.EncryptJWT(claimsOf(await bruno()))
        .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
        .encrypt(new Uint8Array(32)),
    "unauthenticated",
  ],
  ["two tokens in one header", async () => `${await bruno()}, Bearer ${await bruno()}`, "unauthenticated"],
  ["a header and a token of other people", async () => `${await bruno()},${await robot()}`, "unauthenticated"],
  ["a space inside", async () => (await bruno()).replace(".", ". "), "unauthenticated"],
  ["padding of base64", async () => `${await bruno()}==`, "unauthenticated"],
  ["base64 of the other alphabet", async () => (await bruno()).replace(/[\w-]$/, "+"), "unauthenticated"],
  ["more than 16 KiB", () => bruno({ claims: { padding: "x".repeat(16 * 1024) } }), "unauthenticated"],
  ["claims that are a list", () => Promise.resolve(signedByHand("[]")), "unauthenticated"],
  ["claims that are null", () => Promise.resolve(signedByHand("null")), "unauthenticated"],
  ["claims that are no JSON", () => Promise.resolve(signedByHand("{")), "unauthenticated"],
  [
    "a header that is no JSON",
    async () => `${part("{")}.${(await bruno()).split(".").slice(1).join(".")}`,
    "unauthenticated",
  ],
  [
    "a header that is null",
    async () => `${part("null")}.${(await bruno()).split(".").slice(1).join(".")}`,
    "unauthenticated",
  ],
];

describe("A wrong token is refused, and never for another reason than itself", () => {
  test("of many kinds", () => {
    expect(new Set(forgeries.map(([title]) => title)).size).toBe(forgeries.length);
    expect(forgeries.length).toBeGreaterThanOrEqual(80);
  });

  test.each(forgeries)("%s", async (_title, make, code) => {
    const call = aProcess();
    expect(await call(await make())).toBe(code);
    // The same process still takes a good one.
    expect(await call(await bruno())).toMatchObject({ id: BRUNO });
  });

  test.each(["Basic ", "DPoP ", "Token ", "Bearer", "", "Bearer  ", "Bearer:", " Bearer "])(
    "after the scheme %j",
    async (scheme) => {
      expect(await aProcess()(await bruno(), scheme)).toBe("unauthenticated");
    },
  );

  test("without the header", async () => {
    const authenticate = withOutbound(makeOutbound([entra.url]));
    await expect(authenticate(null)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("and its sender is told what to do: to send one, to get a new one, or to get one for this API", async () => {
    const authenticate = withOutbound(makeOutbound([entra.url]));
    const said = async (header: string | null) => authenticate(header).catch((error: Error) => error.message);
    expect(await said(null)).toMatch(/Authorization: Bearer/);
    expect(await said(`Bearer ${await bruno({ expiresInSeconds: -61 })}`)).toMatch(/expired.* new one/);
    expect(await said(`Bearer ${await bruno({ claims: { aud: GRAPH_APP } })}`)).toMatch(/not valid.* scope/);
  });

  test("whose form is wrong asks Entra for nothing", async () => {
    const call = aProcess();
    for (const text of ["", "a.b", "a.b.c.d.e", "x".repeat(20_000)]) await call(text);
    expect(keyRequests()).toBe(0);
  });
});

test("a role that stands in the scope is no role", async () => {
  const claims = { roles: null, scp: "access_as_user RemoteAssistance.Update" };
  expect(await aProcess()(await bruno({ claims }))).toMatchObject({ roles: [] });
});

test("no address in a token is ever called: jku, x5u, iss", async () => {
  const trap = await startStandIn({ name: "trap", port: 0, routes: [] });
  const jwk = { ...own.export({ format: "jwk" }), kid: "own" } as jose.JWK;
  const headers = [{ jku: `${trap.url}/keys` }, { x5u: `${trap.url}/certificate` }, { jku: `${trap.url}/keys`, jwk }];
  for (const header of headers)
    expect(await aProcess()(await resigned({ alg: "RS256", kid: "own", ...header }, own))).toBe("unauthenticated");
  expect(await aProcess()(await resigned({ alg: "RS256", kid: "own" }, own, { iss: trap.url }))).toBe(
    "unauthenticated",
  );
  expect(trap.journal).toEqual([]);
  await trap.close();
});

describe("Entra's keys", () => {
  test("are asked for once, however many call at once", async () => {
    const call = aProcess();
    const token = await bruno();
    await Promise.all(Array.from({ length: 50 }, () => call(token)));
    await call(await robot());
    expect(keyRequests()).toBe(1);
    expect(entra.journal[0]).toMatchObject({ method: "GET", path: keyPath, headers: { accept: "application/json" } });
  });

  test("that are new are found after half a minute, and the old ones still count", async () => {
    const call = aProcess();
    const old = await bruno();
    expect(await call(old)).toMatchObject({ id: BRUNO });
    await fetch(`${entra.url}/_control/rotate`, { method: "POST", body: "{}" });
    const fresh = await bruno();
    expect(jose.decodeProtectedHeader(fresh).kid).not.toBe(jose.decodeProtectedHeader(old).kid);
    jest.setSystemTime(NOW_MS + 31_000);
    expect([await call(fresh), await call(old)]).toEqual([
      expect.objectContaining({ id: BRUNO }),
      expect.objectContaining({ id: BRUNO }),
    ]);
    expect(keyRequests()).toBe(2);
  });

  test("are asked for at most every half a minute by 1,000 tokens with unknown ones", async () => {
    const call = aProcess();
    await call(await bruno());
    const [, ...tail] = (await bruno()).split(".");
    const forged = (number: number) => `${part({ alg: "RS256", kid: `flood-${number}` })}.${tail.join(".")}`;
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, number) => call(forged(number))));
    expect(new Set(answers)).toEqual(new Set(["unauthenticated"]));
    expect(keyRequests()).toBe(1);
    jest.setSystemTime(NOW_MS + 31_000);
    for (let number = 0; number < 20; number += 1) await call(forged(number));
    expect(keyRequests()).toBe(2);
  });

  test("that were taken back end the tokens they signed, within a day", async () => {
    const call = aProcess();
    const signedByOld = await bruno({ expiresInSeconds: 3 * 24 * 3600 });
    expect(await call(signedByOld)).toMatchObject({ id: BRUNO });
    await fetch(`${entra.url}/_control/rotate`, { method: "POST", body: JSON.stringify({ removeOld: true }) });
    jest.setSystemTime(NOW_MS + 24 * 3600_000 + 1000);
    expect(await call(signedByOld)).toBe("unauthenticated");
  });
});

describe("While Entra's keys cannot be read", () => {
  const broken = [
    ["an error", { status: 500 }],
    ["a page", { status: 200, body: "<html>maintenance</html>" }],
    ["another document", { status: 200, body: { value: [] } }],
    ["a redirect", { status: 302, headers: { location: "https://evil.example/keys" } }],
    ["no keys any more", { status: 404 }],
    ["a broken connection", { behaviour: "reset" as const }],
  ] as const;

  test.each(broken)(
    "(%s) a good token is neither taken nor refused: it is to be tried again",
    async (_title, fault) => {
      entra.addFault({ path: keyPath, times: 0, ...fault });
      const call = aProcess();
      expect(await call(await bruno())).toBe("upstream-unavailable");
      entra.clearFaults();
      jest.setSystemTime(NOW_MS + 5_000);
      expect(await call(await bruno())).toMatchObject({ id: BRUNO });
    },
  );

  test.each(broken)("(%s) they are asked for every five seconds, however many call", async (_title, fault) => {
    entra.addFault({ path: keyPath, times: 0, ...fault });
    const call = aProcess();
    const token = await bruno();
    for (let second = 0; second < 11; second += 1) {
      jest.setSystemTime(NOW_MS + second * 1000);
      const answers = await Promise.all(Array.from({ length: 20 }, () => call(token)));
      expect(new Set(answers)).toEqual(new Set(["upstream-unavailable"]));
    }
    expect(keyRequests()).toBe(3);
  });

  test("unknown ones ask for them every half a minute as ever, and known ones pass meanwhile", async () => {
    const call = aProcess();
    const token = await bruno();
    expect(await call(token)).toMatchObject({ id: BRUNO });
    entra.addFault({ path: keyPath, times: 0, status: 500 });
    for (let second = 31; second < 151; second += 1) {
      jest.setSystemTime(NOW_MS + second * 1000);
      expect(await call(await bruno({ header: { kid: `flood-${second}` } }))).toBe("upstream-unavailable");
      expect(await call(token)).toMatchObject({ id: BRUNO });
    }
    expect(keyRequests()).toBe(1 + 4);
  });

  test("callers are told when to try again, and nothing of the cause", async () => {
    entra.addFault({ path: keyPath, times: 0, status: 500, body: "secret" });
    const authenticate = withOutbound(makeOutbound([entra.url]));
    const token = await bruno();
    const error = await authenticate(`Bearer ${token}`).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 5 });
    expect((error as Error).message).toMatch(/Try again/);
    expect((error as Error).message).not.toMatch(/secret|eyJ/);
  });

  test("keys that come with an error are not taken", async () => {
    const jwk = { ...createPublicKey(own).export({ format: "jwk" }), kid: "own", alg: "RS256", use: "sig" };
    const token = await resigned({ alg: "RS256", kid: "own" }, own);
    entra.addFault({ path: keyPath, status: 500, body: { keys: [jwk] } });
    expect(await aProcess()(token)).toBe("upstream-unavailable");
    // They would be taken from an answer without error.
    entra.addFault({ path: keyPath, status: 200, body: { keys: [jwk] } });
    expect(await aProcess()(token)).toMatchObject({ id: BRUNO });
  });

  test("whichever deadline ends the question for them, it is to be tried again", async () => {
    const late = withOutbound(async () => {
      throw new DOMException("late", "TimeoutError");
    });
    await expect(late(`Bearer ${await bruno()}`)).rejects.toMatchObject({ code: "upstream-unavailable" });
  });

  test("a process that has them serves on for a day, then lets nobody in", async () => {
    const call = aProcess();
    const token = await bruno({ expiresInSeconds: 3 * 24 * 3600 });
    expect(await call(token)).toMatchObject({ id: BRUNO });
    entra.addFault({ path: keyPath, times: 0, status: 503 });
    jest.setSystemTime(NOW_MS + 23 * 3600_000);
    expect(await call(token)).toMatchObject({ id: BRUNO });
    jest.setSystemTime(NOW_MS + 25 * 3600_000);
    expect(await call(token)).toBe("upstream-unavailable");
  });

  test("a token that is wrong by its form is refused as ever", async () => {
    entra.addFault({ path: keyPath, times: 0, status: 500 });
    expect(await aProcess()("a.b")).toBe("unauthenticated");
  });
});
