import { describe, expect, test } from "@jest/globals";
import {
  AppError,
  deliveryNotFound,
  deviceNotFound,
  isAppError,
  pageNotOurs,
  sessionNotFound,
  webhookNotFound,
} from "../../lib/errors.ts";

describe("An error of this product", () => {
  test("has a name, and carries what the caller needs", () => {
    const reasons = [{ code: "hololens", text: "HoloLens cannot be helped." }];
    const error = new AppError("device-not-eligible", "It cannot be helped.", { retryAfterSeconds: 7, reasons });
    expect(error).toMatchObject({ name: "AppError", code: "device-not-eligible", retryAfterSeconds: 7, reasons });
    expect(error.message).toBe("It cannot be helped.");
  });

  test("carries the claims that Entra asks for in a new token", () => {
    const claimsChallenge = '{"access_token":{}}';
    expect(new AppError("unauthenticated", "Sign in again.", { claimsChallenge })).toMatchObject({ claimsChallenge });
    expect(new AppError("unauthenticated", "Sign in again.").claimsChallenge).toBeUndefined();
  });

  test("keeps its cause for the log; without one it has none, not even an empty one", () => {
    const cause = new Error("reset");
    expect(new AppError("upstream-unavailable", "Later.", { cause }).cause).toBe(cause);
    expect(new AppError("upstream-unavailable", "Later.")).not.toHaveProperty("cause");
  });

  test("is told from others by its code, by any of several codes, or by being one of ours", () => {
    const error = new AppError("licence-limit", "Close a session.");
    expect(isAppError(error)).toBe(true);
    expect(isAppError(error, "licence-limit")).toBe(true);
    expect(isAppError(error, "upstream-timeout", "licence-limit")).toBe(true);
    expect(isAppError(error, "upstream-timeout")).toBe(false);
  });

  test.each([new TypeError("x"), { code: "licence-limit" }, "licence-limit", undefined, null])(
    "is never taken for one of ours when it is not: %p",
    (other) => {
      expect(isAppError(other)).toBe(false);
      expect(isAppError(other, "licence-limit")).toBe(false);
    },
  );
});

test.each([
  ["an unknown session", sessionNotFound(), "session-not-found", "GET /api/sessions"],
  ["an unknown device", deviceNotFound(), "device-not-found", "GET /api/devices"],
  ["an unknown webhook", webhookNotFound(), "webhook-not-found", "GET /api/webhooks"],
  ["an unknown delivery", deliveryNotFound(), "delivery-not-found", "/deliveries"],
  ["a page that no list gave", pageNotOurs(), "invalid-request", "nextPage"],
])("who asks for %s is told where to look instead", (_title, error, code, where) => {
  expect(error).toBeInstanceOf(AppError);
  expect(error.code).toBe(code);
  expect(error.message).toContain(where);
});
