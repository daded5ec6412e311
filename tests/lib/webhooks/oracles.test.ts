import { randomBytes, randomInt } from "node:crypto";
import { expect, test } from "@jest/globals";
import { CloudEvent, HTTP } from "cloudevents";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { signWebhook } from "../../../lib/adapters/webhook-signature.ts";
import { cloudEventOf, sentTypes, type WebhookEvent } from "../../../lib/webhooks/event.ts";

const MESSAGES = 10_000;

const pick = <T>(items: readonly T[]): T => items[randomInt(items.length)] as T;

/** Any event that is ever sent. */
function anyEvent(count: number): WebhookEvent {
  const has = () => randomInt(2) === 1;
  return {
    id: `${String(5_000_000_000_000_000_000n - BigInt(count)).padStart(19, "0")}-${randomBytes(8).toString("hex")}`,
    type: pick(sentTypes),
    at: new Date(1_700_000_000_000 + randomInt(2 ** 40)).toISOString(),
    ...(has() ? { state: pick(["open", "closed", "sent"]) } : {}),
    ...(has() ? { sessionId: randomBytes(16).toString("hex") } : {}),
    ...(has() ? { deviceId: "d0000000-0000-4000-8000-000000000001" } : {}),
    ...(has() ? { reason: pick(["not-requested", 'Zoë 😀 \u2028 \\ " </script>', "x".repeat(200)]) } : {}),
    ...(has() ? { challenge: randomBytes(32).toString("base64url") } : {}),
  };
}

test(`${MESSAGES} random messages signed here are taken by the packages standardwebhooks and svix, changed ones by neither`, () => {
  const agreed = { taken: 0, refused: 0 };
  for (let count = 0; count < MESSAGES; count += 1) {
    const secrets = Array.from(
      { length: 1 + (count % 2) },
      () => `whsec_${randomBytes(24 + (count % 41)).toString("base64")}`,
    );
    const event = anyEvent(count);
    const body = cloudEventOf(event, "https://help.example");
    const at = new Date(Date.now() - randomInt(290) * 1000);
    const headers = {
      "webhook-id": event.id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": signWebhook(secrets, event.id, at, body),
    };
    const by = pick(secrets);
    const receivers = [new StandardWebhook(by), new SvixWebhook(by)];
    if (receivers.every((each) => isTaken(() => each.verify(body, headers)))) agreed.taken += 1;
    const spot = randomInt(body.length);
    const changed = `${body.slice(0, spot)}${body[spot] === "x" ? "y" : "x"}${body.slice(spot + 1)}`;
    if (receivers.every((each) => !isTaken(() => each.verify(changed, headers)))) agreed.refused += 1;
  }
  expect(agreed).toEqual({ taken: MESSAGES, refused: MESSAGES });
});

test("every event is one that the package cloudevents reads strictly, with the fields it was made of", () => {
  for (let count = 0; count < 2_000; count += 1) {
    const event = anyEvent(count);
    const read = HTTP.toEvent({
      headers: { "content-type": "application/cloudevents+json; charset=utf-8" },
      body: cloudEventOf(event, "https://help.example"),
    });
    if (!(read instanceof CloudEvent)) throw new Error("it was not read as one event");
    expect(read.validate()).toBe(true);
    const { id, type, at, ...data } = event;
    expect(read).toMatchObject({ specversion: "1.0", id, type, source: "https://help.example", time: at, data });
    expect(read.subject).toBe(event.sessionId);
    expect(read.datacontenttype).toBe("application/json");
  }
});

function isTaken(verify: () => unknown): boolean {
  try {
    verify();
    return true;
  } catch {
    return false;
  }
}
