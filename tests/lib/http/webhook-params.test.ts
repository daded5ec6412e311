import { describe, expect, test } from "@jest/globals";
import { deliveryParams, webhookParams } from "../../../lib/http/webhook-params.ts";

const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
const deliveryId = "2516112345678901234-0123456789abcdef";
const refused = (code: string) => expect.objectContaining({ code, message: expect.stringMatching(/\w/) });

/** What no webhook's id looks like. */
const noWebhooks = [
  "",
  "x",
  id.toUpperCase(),
  `${id}0`,
  `0${id}`,
  `${id}\n`,
  id.replaceAll("-", ""),
  id.slice(0, -1),
  id.slice(0, 23),
  `${id.slice(0, 8)}-${id.slice(9, 13)}-${id.slice(24)}`,
  "0f8fad5-d9cb-469f-a165-70867728950e",
  "0f8fad5g-d9cb-469f-a165-70867728950e",
  "0f8fad5b-d9c-469f-a165-70867728950e",
  "0f8fad5b-d9cg-469f-a165-70867728950e",
  "../../connector",
];

/** What no delivery's id looks like. */
const noDeliveries = [
  "",
  "x",
  deliveryId.toUpperCase(),
  `${deliveryId}0`,
  `0${deliveryId}`,
  `${deliveryId}\n`,
  deliveryId.slice(0, -1),
  deliveryId.slice(1),
  deliveryId.replace("2", "a"),
  deliveryId.replace("f", "g"),
  deliveryId.replace("-", ""),
  id,
];

describe("The address of a webhook", () => {
  test("has the id of a webhook in it", () => {
    expect(webhookParams.parse({ id })).toEqual({ id });
  });

  test.each(noWebhooks)("with %j is the address of no webhook", (wrong) => {
    expect(() => webhookParams.parse({ id: wrong })).toThrow(refused("webhook-not-found"));
  });

  test("has nothing else in it", () => {
    for (const wrong of [{}, { id: 1 }, { id, deliveryId }]) expect(webhookParams.safeParse(wrong).success).toBe(false);
  });
});

describe("The address of a delivery", () => {
  test("has the id of a webhook and that of a delivery in it", () => {
    expect(deliveryParams.parse({ id, deliveryId })).toEqual({ id, deliveryId });
  });

  test.each(noWebhooks)("with %j instead of a webhook's id leads to no webhook", (wrong) => {
    expect(() => deliveryParams.parse({ id: wrong, deliveryId })).toThrow(refused("webhook-not-found"));
  });

  test.each(noDeliveries)("with %j instead of a delivery's id leads to no delivery", (wrong) => {
    expect(() => deliveryParams.parse({ id, deliveryId: wrong })).toThrow(refused("delivery-not-found"));
  });

  test("has nothing else in it", () => {
    for (const wrong of [{ id }, { deliveryId }, { id, deliveryId, more: "x" }])
      expect(deliveryParams.safeParse(wrong).success).toBe(false);
  });
});
