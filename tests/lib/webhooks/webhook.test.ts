import { describe, expect, test } from "@jest/globals";
import { deliveryViewSchema } from "../../../lib/webhooks/delivery.ts";
import {
  newWebhookSchema,
  viewOfWebhook,
  webhookSchema,
  webhookViewSchema,
  webhookWithSecretSchema,
} from "../../../lib/webhooks/webhook.ts";
import { aWebhook } from "./a-webhook.ts";

const full = aWebhook({
  description: "tickets",
  problem: "failing",
  failingSince: "2026-11-22T10:00:00.000Z",
  previousSecretUntil: "2026-11-23T10:00:00.000Z",
  retiredSecrets: [{ name: "wh-0", after: "2026-11-22T11:00:00.000Z" }],
});

describe("An endpoint as administrators see it", () => {
  test("has all they need, and no name of a secret", () => {
    const view = viewOfWebhook(full);
    expect(view).toEqual({
      id: full.id,
      url: full.url,
      status: "active",
      events: ["session.requested", "session.closed"],
      description: "tickets",
      problem: "failing",
      failingSince: "2026-11-22T10:00:00.000Z",
      previousSecretUntil: "2026-11-23T10:00:00.000Z",
      createdBy: full.createdBy,
      createdAt: full.createdAt,
    });
    expect(webhookViewSchema.parse(view)).toEqual(view);
    expect(() => webhookViewSchema.parse({ ...view, secretName: "wh-1" })).toThrow();
  });

  test("leaves out what it does not have", () => {
    expect(Object.keys(viewOfWebhook(aWebhook())).sort()).toEqual(
      ["id", "url", "status", "events", "createdBy", "createdAt"].sort(),
    );
  });

  test.each([
    ["https://a.example/in", "https://a.example/in"],
    ["https://a.example/in?", "https://a.example/in?…"],
    ["https://a.example/in?sig=x?y", "https://a.example/in?…"],
  ])("shows the address %s as %s: its query may be a key", (url, shown) => {
    expect(viewOfWebhook(aWebhook({ url })).url).toBe(shown);
  });

  test("is a type of its own to who generates a client from the document, and so is a delivery", () => {
    const ids = [webhookViewSchema, webhookWithSecretSchema, deliveryViewSchema].map((schema) => schema.meta()?.id);
    expect(ids).toEqual(["Webhook", "WebhookWithSecret", "Delivery"]);
    const withSecret = { ...viewOfWebhook(full), secret: "whsec_AAAA" };
    expect(webhookWithSecretSchema.parse(withSecret)).toEqual(withSecret);
    expect(() => webhookWithSecretSchema.parse(viewOfWebhook(full))).toThrow();
  });
});

test("what was stored is read as it was, and nothing else is taken for an endpoint", () => {
  expect(webhookSchema.parse(JSON.parse(JSON.stringify(full)))).toEqual(full);
  for (const odd of [{ status: "open" }, { events: ["session.started"] }, { problem: "odd" }, { retiredSecrets: [{}] }])
    expect(webhookSchema.safeParse({ ...full, ...odd }).success).toBe(false);
});

describe("What callers say of an endpoint", () => {
  const said = { url: "https://hooks.example/in", events: ["session.closed"] };

  test("is taken, without the spaces around it", () => {
    expect(newWebhookSchema.parse({ ...said, url: ` ${said.url} `, description: " tickets " })).toEqual({
      ...said,
      description: "tickets",
    });
    expect(newWebhookSchema.parse(said)).toEqual(said);
  });

  test.each<[string, Record<string, unknown>]>([
    ["no address", { url: " " }],
    ["too long an address", { url: "x".repeat(2001) }],
    ["no events", { events: [] }],
    ["too many events", { events: Array(51).fill("session.closed") }],
    ["an event that nobody tells", { events: ["webhook.test"] }],
    ["too long a description", { description: "x".repeat(201) }],
    ["a field too many", { status: "active" }],
  ])("is refused with %s", (_title, change) => {
    expect(newWebhookSchema.safeParse({ ...said, ...change }).success).toBe(false);
  });

  test("may be as long as its limits", () => {
    const longest = { url: "x".repeat(2000), events: Array(50).fill("session.closed"), description: "x".repeat(200) };
    expect(newWebhookSchema.parse(longest)).toEqual(longest);
  });
});
