import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { signWebhook } from "../../../lib/adapters/webhook-signature.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const body = '{"test": 2432232314}';

/** What a receiver gets. */
function signed({ at = new Date(), secrets = [secret], payload = body } = {}) {
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": signWebhook(secrets, id, at, payload),
  };
  return { payload, headers };
}
const verify = (headers: Record<string, string>, payload = body, by = secret) =>
  new Webhook(by).verify(payload, headers);
const without = (name: string) =>
  Object.fromEntries(Object.entries(signed().headers).filter(([header]) => header !== name));
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);

/** The cases that Standard Webhooks publishes with its libraries (libraries/javascript/src/webhook.test.ts), for what we sign. */
describe("The published cases of Standard Webhooks, for what is signed here", () => {
  test("a valid signature is valid and brings its payload", () => {
    expect(verify(signed().headers)).toEqual({ test: 2432232314 });
  });

  test("an empty body can be signed", () => {
    const empty = signed({ payload: "" });
    expect(() => verify(empty.headers, "")).not.toThrow();
  });

  test.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("without %s it is refused", (name) => {
    expect(() => verify(without(name))).toThrow("Missing required headers");
  });

  test("an invalid timestamp is refused", () => {
    expect(() => verify({ ...signed().headers, "webhook-timestamp": "hello" })).toThrow("Invalid Signature Headers");
  });

  test("another timestamp is refused", () => {
    const { headers } = signed();
    const other = String(Number(headers["webhook-timestamp"]) + 1);
    expect(() => verify({ ...headers, "webhook-timestamp": other })).toThrow("No matching signature");
  });

  test("an invalid signature is refused", () => {
    expect(() => verify({ ...signed().headers, "webhook-signature": "v1,dawfeoifkpqwoekfpqoekf" })).toThrow();
  });

  test("part of a signature is refused, and so is none", () => {
    const { headers } = signed();
    for (const part of [headers["webhook-signature"].slice(0, 8), "v1,", "v1"])
      expect(() => verify({ ...headers, "webhook-signature": part })).toThrow();
  });

  test("a timestamp that is too old is refused", () => {
    expect(() => verify(signed({ at: ago(301) }).headers)).toThrow("too old");
    expect(() => verify(signed({ at: ago(298) }).headers)).not.toThrow();
  });

  test("a timestamp that is too new is refused", () => {
    expect(() => verify(signed({ at: ago(-302) }).headers)).toThrow("too new");
    expect(() => verify(signed({ at: ago(-298) }).headers)).not.toThrow();
  });

  test("of several signatures one is enough, others and other versions are passed over", () => {
    const { headers } = signed();
    const others = [
      "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=",
      "v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=",
      headers["webhook-signature"],
      "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=",
    ];
    expect(() => verify({ ...headers, "webhook-signature": others.join(" ") })).not.toThrow();
  });

  test("a secret works with its prefix and without it", () => {
    const { headers } = signed();
    expect(() => verify(headers, body, secret.slice("whsec_".length))).not.toThrow();
  });

  test("signs as the published example", () => {
    const at = new Date(1614265330 * 1000);
    expect(signWebhook([secret], id, at, body)).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  test("a changed body or another secret is refused", () => {
    const { headers } = signed();
    expect(() => verify(headers, '{"test": 2432232315}')).toThrow("No matching signature");
    expect(() => verify(headers, body, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).toThrow("No matching signature");
  });
});

test("during a rotation there are two signatures, and a receiver with either secret takes it", () => {
  const old = `whsec_${randomBytes(32).toString("base64")}`;
  const { headers } = signed({ secrets: [secret, old] });
  expect(headers["webhook-signature"].split(" ")).toHaveLength(2);
  for (const by of [secret, old]) expect(() => verify(headers, body, by)).not.toThrow();
});

test("10,000 random messages are signed as the standard says, by an implementation of its own", () => {
  let agreed = 0;
  for (let count = 0; count < 10_000; count += 1) {
    const key = randomBytes(24 + (count % 41));
    const [messageId, payload] = [randomBytes(8).toString("hex"), randomBytes(count % 200).toString("latin1")];
    const at = new Date(1_700_000_000_000 + count * 1_234_567);
    const content = `${messageId}.${Math.floor(at.getTime() / 1000)}.${payload}`;
    const expected = `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
    if (signWebhook([`whsec_${key.toString("base64")}`], messageId, at, payload) === expected) agreed += 1;
  }
  expect(agreed).toBe(10_000);
});
