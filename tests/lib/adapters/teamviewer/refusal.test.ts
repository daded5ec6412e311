import { describe, expect, test } from "@jest/globals";
import { OutboundError } from "../../../../lib/adapters/outbound.ts";
import { jsonOf, refusalOf, TeamViewerError, transportError } from "../../../../lib/adapters/teamviewer/refusal.ts";
import { AppError } from "../../../../lib/errors.ts";

const answer = (status: number, body: unknown = "", headers: Record<string, string> = {}) => ({
  status,
  headers: new Headers(headers),
  text: typeof body === "string" ? body : JSON.stringify(body),
});

describe("A call of TeamViewer that got no whole answer", () => {
  test.each([
    ["not-sent", "upstream-unavailable", false, 30, /Try again/],
    ["timeout", "upstream-timeout", true, undefined, /in time/],
    ["cut", "upstream-invalid", true, undefined, /Try again/],
    ["too-large", "upstream-invalid", true, undefined, /cannot be used/],
    ["redirected", "upstream-invalid", true, undefined, /cannot be used/],
  ] as const)("because of %s: %s, ambiguous %p", (kind, code, isAmbiguous, retryAfterSeconds, text) => {
    const cause = new OutboundError(kind, "it broke");
    const error = transportError(cause);
    expect(error).toBeInstanceOf(TeamViewerError);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code, isAmbiguous, retryAfterSeconds, isTokenRefused: false, status: 0, cause });
    expect(error.message).toMatch(text);
  });
});

describe("A refusal of TeamViewer", () => {
  test.each([
    [401, ""],
    [401, { error: "anything" }],
    [400, { error: "token_expired" }],
    [400, { error: "invalid_token" }],
  ])("(%i, %j) ends the token: it is to be renewed", (status, body) => {
    expect(refusalOf(answer(status, body))).toMatchObject({
      code: "upstream-unavailable",
      isTokenRefused: true,
      isAmbiguous: false,
      retryAfterSeconds: 60,
      message: expect.stringMatching(/token.* Try again/),
    });
  });

  test.each([
    [400, { error: "invalid_request" }],
    [400, { error: ["token_expired"] }],
    [400, "token_expired"],
    [403, { error: "token_expired" }],
    [404, { error: "invalid_token" }],
    [400, null],
    [400, { error_description: 7 }],
  ])("(%i, %j) says nothing about the token, and nothing has happened", (status, body) => {
    expect(refusalOf(answer(status, body))).toMatchObject({
      code: "upstream-invalid",
      isTokenRefused: false,
      isAmbiguous: false,
      status,
      message: expect.stringContaining(String(status)),
    });
  });

  test.each(["License limitation reached", "licence limitation", "Too many CONCURRENT SESSIONS"])(
    "by the licence (%s) says to close a session",
    (text) => {
      const error = refusalOf(answer(400, text));
      expect(error).toMatchObject({ code: "licence-limit", isAmbiguous: false, isTokenRefused: false });
      expect(error.message).toMatch(/licence.* Close/);
      expect(refusalOf(answer(400, { error_description: text })).code).toBe("licence-limit");
    },
  );

  test("by another status is not the licence's, whatever its text", () => {
    expect(refusalOf(answer(404, "License limitation reached")).code).toBe("upstream-invalid");
    expect(refusalOf(answer(400, "licens limitation")).code).toBe("upstream-invalid");
  });

  test.each([
    [429, ""],
    [503, ""],
    [403, { error: "rate_limit_reached" }],
    [403, { error: "blocked" }],
  ])("(%i, %j) throttles: nothing has happened, try again in a minute", (status, body) => {
    const error = refusalOf(answer(status, body));
    expect(error).toMatchObject({ code: "upstream-unavailable", isAmbiguous: false, isTokenRefused: false });
    expect(error.retryAfterSeconds).toBe(60);
    expect(error.message).toMatch(/Try again later/);
  });

  test.each([
    ["7", 7],
    ["0", 1],
    ["1", 1],
    ["3600", 3600],
    ["3601", 3600],
    ["999999999", 3600],
    ["1234567890", 60],
    ["-5", 60],
    ["5s", 60],
    ["s5", 60],
    ["1.5", 60],
    ["Wed, 21 Oct 2026 07:28:00 GMT", 60],
  ])("that throttles with Retry-After %j says to wait %i s", (value, seconds) => {
    expect(refusalOf(answer(429, "", { "retry-after": value })).retryAfterSeconds).toBe(seconds);
  });

  test.each([
    [400, "rate_limit_reached"],
    [404, "blocked"],
  ])("(%i, %s) does not throttle", (status, error) => {
    expect(refusalOf(answer(status, { error })).code).toBe("upstream-invalid");
  });

  test("by 403 says to check the permissions; by another status it does not", () => {
    expect(refusalOf(answer(403, { error: "no" }))).toMatchObject({ code: "upstream-invalid", status: 403 });
    expect(refusalOf(answer(403)).message).toMatch(/permissions/);
    expect(refusalOf(answer(404)).message).not.toMatch(/permissions/);
    expect(refusalOf(answer(404)).message).toMatch(/\(404\)\.$/);
  });

  test.each([
    [500, "upstream-invalid"],
    [502, "upstream-invalid"],
    [504, "upstream-timeout"],
    [599, "upstream-invalid"],
  ])("(%i) is an error of its own: it may have happened all the same", (status, code) => {
    const error = refusalOf(answer(status, "<html>"));
    expect(error).toMatchObject({ code, isAmbiguous: true, isTokenRefused: false, status, retryAfterSeconds: 30 });
    expect(error.message).toMatch(/Try again/);
  });

  test("tells nothing of the answer's own text", () => {
    for (const status of [400, 401, 403, 404, 429, 500]) {
      const error = refusalOf(answer(status, { error: "secret-1", error_description: "secret-2" }));
      expect(`${error.message} ${error.stack}`).not.toMatch(/secret/);
    }
  });
});

test("a text is its JSON value, or nothing when it is none", () => {
  expect([jsonOf('{"a":1}'), jsonOf("null"), jsonOf(""), jsonOf("<html>")]).toEqual([
    { a: 1 },
    null,
    undefined,
    undefined,
  ]);
});
