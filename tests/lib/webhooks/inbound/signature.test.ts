import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { isSignedBy, isTimely, isWellFormed, secretsAt } from "../../../../lib/webhooks/inbound/signature.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const timestamp = "1614265330";
const at = new Date(Number(timestamp) * 1000);
const text = '{"test": 2432232314}';
const bytes = (body: string) => new TextEncoder().encode(body);
const published = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

const message = { id, timestamp, signatures: published, body: bytes(text) };
const isSigned = (change: Partial<typeof message> = {}, ...secrets: string[]) =>
  isSignedBy(secrets.length > 0 ? secrets : [secret], { ...message, ...change });

describe("A signature", () => {
  test("that Standard Webhooks published is right", () => {
    expect(isSigned()).toBe(true);
    expect(isSigned({}, secret.slice("whsec_".length))).toBe(true);
  });

  test.each<[string, Partial<typeof message>]>([
    ["another id", { id: `${id}x` }],
    ["another time", { timestamp: "1614265331" }],
    ["another body", { body: bytes(`${text} `) }],
    ["a body without its end", { body: bytes(text.slice(0, -1)) }],
    ["no body", { body: bytes("") }],
    ["no signature", { signatures: "" }],
    ["half a signature", { signatures: published.slice(0, 20) }],
    ["a signature without its version", { signatures: published.slice(3) }],
    ["a signature of another version", { signatures: published.replace("v1", "v2") }],
    ["an asymmetric one", { signatures: published.replace("v1", "v1a") }],
    ["one in base64url", { signatures: published.replace("+", "-").replace("/", "_") }],
    ["one without padding", { signatures: published.replace("=", "") }],
    ["several with commas between them", { signatures: `v1,AAAA,${published}` }],
    ["one in small letters", { signatures: published.toLowerCase() }],
  ])("over %s is wrong", (_what, change) => {
    expect(isSigned(change)).toBe(false);
  });

  test("may stand anywhere among others, by any of the secrets that count", () => {
    const other = `whsec_${randomBytes(24).toString("base64")}`;
    const by = new Webhook(other).sign(id, at, text);
    for (const signatures of [`${published} ${by}`, `v1,AAAA ${published}`, `v1a,x v2,y  ${published}`]) {
      expect(isSigned({ signatures })).toBe(true);
      expect(isSigned({ signatures }, other)).toBe(signatures.includes(by));
    }
    expect(isSigned({ signatures: by }, secret, other)).toBe(true);
    expect(isSigned({ signatures: by })).toBe(false);
    expect(isSigned({}, "whsec_")).toBe(false);
  });

  test("is over bytes, whether they are text or not", () => {
    const body = Uint8Array.from([0xff, 0xfe, 0x7b, 0x00]);
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    const signature = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
    expect(isSigned({ body, signatures: `v1,${signature}` })).toBe(true);
    // What a decoder would make of other bytes is the same text.
    expect(isSigned({ body: Uint8Array.from([0xff, 0xff, 0x7b, 0x00]), signatures: `v1,${signature}` })).toBe(false);
  });

  test("of 5,000 random messages by the packages standardwebhooks and svix is right, and over any other body wrong", () => {
    for (let round = 0; round < 2500; round += 1) {
      const own = `whsec_${randomBytes(24 + (round % 41)).toString("base64")}`;
      const said = { id: `msg_${randomBytes(12).toString("base64url")}`, seconds: 1_600_000_000 + round * 7_919 };
      const body = JSON.stringify({ text: randomBytes(round % 200).toString("utf8"), round, ü: "\u{1f512}" });
      const when = new Date(said.seconds * 1000);
      for (const signatures of [
        new Webhook(own).sign(said.id, when, body),
        new SvixWebhook(own).sign(said.id, when, body),
      ]) {
        const sent = { id: said.id, timestamp: String(said.seconds), signatures, body: bytes(body) };
        expect(isSignedBy([own], sent)).toBe(true);
        expect(isSignedBy([own], { ...sent, body: bytes(body.replace("}", " }")) })).toBe(false);
        expect(isSignedBy([secret], sent)).toBe(false);
      }
    }
  });
});

describe("The time of a message", () => {
  test.each([
    [0, true],
    [299, true],
    [300, true],
    [301, false],
    [1_000_000, false],
  ])("%d s away, either way: %s", (seconds, isTaken) => {
    expect(isTimely(timestamp, new Date(at.getTime() + seconds * 1000))).toBe(isTaken);
    expect(isTimely(timestamp, new Date(at.getTime() - seconds * 1000))).toBe(isTaken);
    // Parts of a second count for nothing, as for the library.
    expect(isTimely(timestamp, new Date(at.getTime() + seconds * 1000 + 999))).toBe(isTaken);
  });
});

describe("Headers", () => {
  test.each<[string, Partial<typeof message>]>([
    ["as they are", {}],
    ["the shortest id", { id: "1" }],
    ["the longest id", { id: "x".repeat(255) }],
    ["an id with every sign", { id: "!~.,;:{}" }],
    ["the oldest time", { timestamp: "0" }],
  ])("with %s can be those of a message", (_what, change) => {
    expect(isWellFormed({ ...message, ...change })).toBe(true);
  });

  test.each<[string, Partial<typeof message>]>([
    ["no id", { id: "" }],
    ["an id with a space", { id: "a b" }],
    ["an id that is no ASCII", { id: "ü" }],
    ["an id of 256 characters", { id: "x".repeat(256) }],
    ["no time", { timestamp: "" }],
    ["a time in words", { timestamp: "now" }],
    ["a time with a sign", { timestamp: "+1614265330" }],
    ["a time with a fraction", { timestamp: "1614265330.0" }],
    ["a time that begins with a nought", { timestamp: "01614265330" }],
    ["a time that goes on", { timestamp: "1614265330x" }],
    ["a time with an exponent", { timestamp: "1e9" }],
    ["a time of twelve digits", { timestamp: "161426533000" }],
    ["no signature", { signatures: "" }],
  ])("with %s cannot", (_what, change) => {
    expect(isWellFormed({ ...message, ...change })).toBe(false);
  });
});

describe("The secrets that count", () => {
  const until = "2026-11-22T10:00:00.000Z";
  test.each([
    ["2026-11-22T09:59:59.999Z", ["new", "old"]],
    [until, ["new"]],
  ])("at %s are %j", (now, expected) => {
    expect(secretsAt({ current: "new", previous: "old", previousUntil: until }, new Date(now))).toEqual(expected);
  });

  test("are one where there was no other, or nobody knows how long it counts", () => {
    expect(secretsAt({ current: "new" }, at)).toEqual(["new"]);
    expect(secretsAt({ current: "new", previous: "old" }, at)).toEqual(["new"]);
  });
});
