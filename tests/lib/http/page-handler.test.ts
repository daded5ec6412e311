import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import { pageHandler } from "../../../lib/http/page-handler.ts";
import { anInvocation, aRequest } from "./a-request.ts";

type Answer = { status: number; headers: Record<string, string>; body: string };
const failing = async (error: unknown) => {
  const handler = pageHandler(
    () => undefined,
    () => Promise.reject(error),
  );
  return (await handler(aRequest(), anInvocation().context)) as Answer;
};

test("a function for browsers is given the request, the app and the id of the invocation", async () => {
  const app = { name: "the app" };
  const given: unknown[] = [];
  const handler = pageHandler(
    () => app,
    async (...all) => {
      given.push(...all);
      return { status: 204 };
    },
  );
  const request = aRequest();
  expect(await handler(request, anInvocation().context)).toMatchObject({
    status: 204,
    headers: { "cache-control": "no-store" },
  });
  expect(given).toEqual([request, app, "call-1"]);
});

describe("A page about something that went wrong", () => {
  test("says in English what it is, and is found again by its id", async () => {
    const { status, headers, body } = await failing(new AppError("consent-expired", "Start again."));
    expect(status).toBe(409);
    expect(headers["content-language"]).toBe("en");
    expect(body).toContain("<h1>The consent is over</h1>");
    expect(body).toContain("<p>Start again.</p><p>call-1</p>");
  });

  test("has the security headers of every page", async () => {
    const { headers } = await failing(new Error("secret"));
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "content-security-policy": expect.stringContaining("form-action 'self'"),
    });
  });

  test("is the same for every origin: no other front end may read it", async () => {
    const { headers } = await failing(new AppError("forbidden", "No."));
    expect(Object.keys(headers).filter((name) => /^vary$|^access-control/.test(name))).toEqual([]);
  });

  test("says when to come back only if that is known", async () => {
    const later = new AppError("upstream-unavailable", "Later.", { retryAfterSeconds: 30 });
    expect((await failing(later)).headers["retry-after"]).toBe("30");
    expect((await failing(new AppError("forbidden", "No."))).headers).not.toHaveProperty("retry-after");
  });

  test("is answered even when the app itself cannot be had", async () => {
    const handler = pageHandler(
      () => {
        throw new Error("not started");
      },
      async () => ({ status: 200 }),
    );
    expect(await handler(aRequest(), anInvocation().context)).toMatchObject({ status: 500 });
  });
});
