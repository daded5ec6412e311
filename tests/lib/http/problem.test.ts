import { describe, expect, test } from "@jest/globals";
import { AppError, type ErrorCode } from "../../../lib/errors.ts";
import { problemOf, problemSchema, problems } from "../../../lib/http/problem.ts";

/** Every code and its status, as callers are promised. */
const promised: Record<ErrorCode, number> = {
  unauthenticated: 401,
  forbidden: 403,
  "invalid-request": 400,
  "unsupported-media-type": 415,
  "payload-too-large": 413,
  "device-not-found": 404,
  "device-ambiguous": 409,
  "session-not-found": 404,
  "consent-not-found": 404,
  "consent-not-completed": 409,
  "consent-expired": 409,
  "device-not-eligible": 422,
  "device-not-compliant": 422,
  "reason-required": 422,
  "ticket-required": 422,
  "ticket-invalid": 422,
  "quiet-hours": 409,
  "connector-not-connected": 409,
  "connector-needs-consent": 409,
  "connector-changed": 409,
  "webhook-not-found": 404,
  "webhook-not-active": 409,
  "webhook-changed": 409,
  "too-many-webhooks": 409,
  "source-not-found": 404,
  "source-name-taken": 409,
  "source-changed": 409,
  "too-many-sources": 409,
  "delivery-not-found": 404,
  "session-ended": 409,
  "request-in-progress": 409,
  "idempotency-key-reused": 422,
  "too-many-notifications": 429,
  "too-many-requests": 429,
  "licence-limit": 409,
  "upstream-unavailable": 503,
  "upstream-invalid": 502,
  "upstream-timeout": 504,
  "internal-error": 500,
};

const answerTo = (error: AppError) => {
  const { body, ...answer } = problemOf(error, "call-1");
  return { ...answer, problem: JSON.parse(String(body)) as unknown };
};

test("there is a problem for every code and no other", () => {
  expect(Object.fromEntries(Object.entries(problems).map(([code, { status }]) => [code, status]))).toEqual(promised);
});

describe.each(Object.keys(promised) as ErrorCode[])("The problem %s", (code) => {
  test("says type, title, status, detail, instance and code, and fits its schema", () => {
    const { status, headers, problem } = answerTo(new AppError(code, "What to do."));
    expect(status).toBe(promised[code]);
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(problem).toEqual({
      type: `urn:problem:${code}`,
      title: expect.stringMatching(/^[A-Z].+[^.]$/),
      status: promised[code],
      detail: "What to do.",
      instance: "call-1",
      code,
    });
    expect(problemSchema.parse(problem)).toEqual(problem);
  });
});

test("a problem says when to try again, if that is known", () => {
  const error = new AppError("upstream-unavailable", "Later.", { retryAfterSeconds: 30 });
  expect(answerTo(error).headers["retry-after"]).toBe("30");
  expect(answerTo(new AppError("upstream-unavailable", "Later.")).headers).not.toHaveProperty("retry-after");
  expect(answerTo(new AppError("too-many-requests", "Now.", { retryAfterSeconds: 0 })).headers["retry-after"]).toBe(
    "0",
  );
});

test("who is not signed in is told how to (RFC 9110 section 11.6.1), others are not", () => {
  expect(answerTo(new AppError("unauthenticated", "x")).headers["www-authenticate"]).toBe("Bearer");
  expect(answerTo(new AppError("forbidden", "x")).headers).not.toHaveProperty("www-authenticate");
});

test("what a new token has to satisfy is told in base64, so that no text of others gets into the header's syntax", () => {
  const claims = '{"access_token":{"acrs":{"essential":true,"value":"\\"é"}}}';
  const { headers } = answerTo(new AppError("unauthenticated", "x", { claimsChallenge: claims }));
  const [, encoded = ""] =
    /^Bearer realm="", error="insufficient_claims", claims="([A-Za-z0-9+/=]+)"$/.exec(
      headers["www-authenticate"] ?? "",
    ) ?? [];
  expect(Buffer.from(encoded, "base64").toString()).toBe(claims);
  expect(headers["access-control-expose-headers"]).toContain("WWW-Authenticate");
  const plain = answerTo(new AppError("unauthenticated", "x")).headers;
  expect(plain).not.toHaveProperty("access-control-expose-headers");
});

test("a device that is not eligible comes with its reasons", () => {
  const reasons = [{ code: "hololens", text: "HoloLens cannot be helped." }];
  const { problem } = answerTo(new AppError("device-not-eligible", "x", { reasons }));
  expect(problem).toMatchObject({ reasons });
  expect(problemSchema.parse(problem)).toEqual(problem);
  for (const wrong of [[{}], [{ code: "hololens" }], [{ ...reasons[0], more: 1 }]])
    expect(problemSchema.safeParse({ ...Object(problem), reasons: wrong }).success).toBe(false);
});

test("the cause of an error stays inside", () => {
  const error = new AppError("upstream-invalid", "x", { cause: new Error("Bearer secret") });
  expect(JSON.stringify(answerTo(error))).not.toContain("secret");
});
