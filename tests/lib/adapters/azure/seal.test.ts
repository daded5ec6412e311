import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { EncryptJWT } from "jose";
import { makeAnswerTokens, makeSeal } from "../../../../lib/adapters/azure/seal.ts";

const key = randomBytes(32).toString("base64");
let now = new Date("2026-11-22T10:00:00Z");

const seal = makeSeal({ stateKey: async () => key, now: () => now });
const sealOf = (stateKey: string) => makeSeal({ stateKey: async () => stateKey, now: () => now });

/** The key of a purpose, worked out by hand: HKDF-SHA-256 without salt (RFC 5869 sections 2.2 and 2.3), one block. */
function keyFor(purpose: string): Buffer {
  const hmac = (secret: Buffer, text: Buffer) => createHmac("sha256", secret).update(text).digest();
  const extracted = hmac(Buffer.alloc(32), Buffer.from(key, "base64"));
  return hmac(extracted, Buffer.concat([Buffer.from(`remote-assistance/${purpose}`), Buffer.of(1)]));
}

/** `text` with each of its characters changed, one at a time. */
const alterations = (text: string) =>
  [...text].map((letter, index) => `${text.slice(0, index)}${letter === "x" ? "y" : "x"}${text.slice(index + 1)}`);

describe("A sealed value", () => {
  test("opens to what was sealed, and shows nothing of it", async () => {
    const sealed = await seal.close("cookie", { id: "consent-1", nonce: "secret-nonce" }, 60_000);
    expect(await seal.open("cookie", sealed)).toMatchObject({ id: "consent-1", nonce: "secret-nonce" });
    const parts = sealed.split(".").map((part) => Buffer.from(part, "base64url").toString("latin1"));
    expect(parts.join()).not.toMatch(/consent-1|secret-nonce/);
  });

  test("is different each time", async () => {
    const [one, two] = [await seal.close("cookie", { id: "1" }, 1000), await seal.close("cookie", { id: "1" }, 1000)];
    expect(one).not.toBe(two);
  });

  test("lasts to the second", async () => {
    const sealed = await seal.close("ticket", { state: "s" }, 60_000);
    const start = now.getTime();
    now = new Date(start + 59_999);
    expect(await seal.open("ticket", sealed)).toMatchObject({ state: "s" });
    now = new Date(start + 60_000);
    expect(await seal.open("ticket", sealed)).toBeUndefined();
    now = new Date(start);
  });

  test("of one purpose does not open as another", async () => {
    const ticket = await seal.close("ticket", { id: "1", nonce: "n" }, 60_000);
    expect(await seal.open("cookie", ticket)).toBeUndefined();
  });

  test("does not open with another key, nor after any change of what carries it", async () => {
    const sealed = await seal.close("cookie", { id: "1" }, 60_000);
    expect(await sealOf(randomBytes(32).toString("base64")).open("cookie", sealed)).toBeUndefined();
    const [header = "", , iv = "", text = "", tag = ""] = sealed.split(".");
    // The last character of a part may hold bits that mean nothing.
    for (const altered of alterations(tag.slice(0, -1)))
      expect(await seal.open("cookie", [header, "", iv, text, altered + tag.slice(-1)].join("."))).toBeUndefined();
    for (const altered of alterations(text.slice(0, -1)))
      expect(await seal.open("cookie", [header, "", iv, altered + text.slice(-1), tag].join("."))).toBeUndefined();
  });

  test("opens in every version of the product that has the same state key", async () => {
    const jwt = new EncryptJWT({ id: "1" }).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).setAudience("tokens");
    const end = new Date(now.getTime() + 1000);
    expect(await seal.open("tokens", await jwt.setExpirationTime(end).encrypt(keyFor("tokens")))).toMatchObject({
      id: "1",
    });
  });

  test("that has no end does not open, nor one that names another purpose inside", async () => {
    const jwt = (purpose: string) =>
      new EncryptJWT({ id: "1" }).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).setAudience(purpose);
    expect(await seal.open("cookie", await jwt("cookie").encrypt(keyFor("cookie")))).toBeUndefined();
    const end = new Date(now.getTime() + 1000);
    const other = await jwt("ticket").setExpirationTime(end).encrypt(keyFor("cookie"));
    expect(await seal.open("cookie", other)).toBeUndefined();
  });

  test("is made by us: no other algorithm opens, nor text that is no seal", async () => {
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from('{"id":"1"}').toString("base64url")}.`;
    for (const text of ["", "x", "a.b.c.d.e", none, "....", "\u0000", "x".repeat(10_000)])
      expect(await seal.open("cookie", text)).toBeUndefined();
  });
});

test.each(["", "short", randomBytes(31).toString("base64")])(
  "A state key of less than 32 bytes (%#) is refused aloud",
  async (weak) => {
    await expect(sealOf(weak).close("ticket", {}, 1000)).rejects.toMatchObject({
      code: "upstream-unavailable",
      retryAfterSeconds: 60,
    });
    await expect(sealOf(weak).open("ticket", "a.b.c.d.e")).rejects.toThrow("state-key is too short");
  },
);

test.each(["not a key of 32 bytes, but a sentence", "{}".repeat(40), `${key}\n${key}`])(
  "A state key that is not base64 (%#) is refused aloud",
  async (none) => {
    await expect(sealOf(none).close("ticket", {}, 1000)).rejects.toThrow("state-key is not base64");
  },
);

test("A state key that is none is read again at once, and serves as soon as it is put right", async () => {
  const kept = ["short", "short", key];
  const asked: (string | undefined)[] = [];
  const tokens = makeAnswerTokens({
    stateKey: async (refused) => {
      asked.push(refused);
      return kept.shift() ?? key;
    },
  });
  const sessionId = "0123456789abcdef0123456789abcdef";
  await expect(tokens.tokenOf(sessionId)).rejects.toThrow("openssl rand -base64 32");
  expect(await tokens.sessionIdOf(await tokens.tokenOf(sessionId))).toBe(sessionId);
  expect(asked.slice(0, 2)).toEqual([undefined, "short"]);
});

describe("The token of an answer page", () => {
  const tokens = makeAnswerTokens({ stateKey: async () => key });
  const id = "0123456789abcdef0123456789abcdef";

  test("leads back to its session and is the same each time", async () => {
    const token = await tokens.tokenOf(id);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await tokens.sessionIdOf(token)).toBe(id);
    expect(await tokens.tokenOf(id)).toBe(token);
  });

  test("is the session's id and half of a code over it, so that links live as long as the state key", async () => {
    const bytes = Buffer.from(id, "hex");
    const code = createHmac("sha256", keyFor("answer")).update(bytes).digest().subarray(0, 16);
    expect(await tokens.tokenOf(id)).toBe(Buffer.concat([bytes, code]).toString("base64url"));
  });

  test("cannot be changed into another one", async () => {
    const token = await tokens.tokenOf(id);
    for (const altered of [...alterations(token), token.slice(1), `${token}A`, `${token}=`, ""])
      expect(await tokens.sessionIdOf(altered)).toBeUndefined();
  });

  test("of another deployment is worth nothing here", async () => {
    const other = makeAnswerTokens({ stateKey: async () => randomBytes(32).toString("base64") });
    expect(await tokens.sessionIdOf(await other.tokenOf(id))).toBeUndefined();
  });
});
