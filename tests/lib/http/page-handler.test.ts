import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import { failedPage } from "../../../lib/http/answer-page.ts";
import { pageHandler } from "../../../lib/http/page-handler.ts";
import { chooseLanguage } from "../../../lib/notifications/texts.ts";
import { anInvocation, aRequest } from "./a-request.ts";

type Answer = { status: number; headers: Record<string, string>; body: string };
const speaking = { languageFor: (wanted: readonly (string | undefined)[]) => chooseLanguage([...wanted, "nl"]) };
const failing = async (error: unknown) => {
  const handler = pageHandler(
    () => speaking,
    () => Promise.reject(error),
  );
  return (await handler(aRequest(), anInvocation().context)) as Answer;
};

test("a function for browsers is given the request, the app and the id of the invocation", async () => {
  const app = { ...speaking, name: "the app" };
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

describe("A page for users about something that went wrong", () => {
  const failingFor = async (acceptLanguage: string | undefined, error: unknown, app = () => speaking) => {
    const handler = pageHandler(app, () => Promise.reject(error), failedPage);
    const request = aRequest({ headers: acceptLanguage ? { "accept-language": acceptLanguage } : {} });
    return (await handler(request, anInvocation().context)) as Answer;
  };
  const trouble = new AppError("upstream-unavailable", "Storage is away at 10.0.0.7.", { retryAfterSeconds: 30 });

  test.each([
    ["fr-FR", "fr", "Veuillez réessayer dans un instant."],
    ["is, de;q=0.5", "de", "Bitte versuchen Sie es gleich noch einmal."],
    ["is", "nl", "Probeer het zo meteen opnieuw."],
    [undefined, "nl", "Probeer het zo meteen opnieuw."],
  ])("speaks to a browser that asks for %s in %s and shows a number to find it by", async (asked, spoken, words) => {
    const { status, headers, body } = await failingFor(asked, trouble);
    expect([status, headers["content-language"], headers["retry-after"]]).toEqual([503, spoken, "30"]);
    expect(body).toContain(words);
    expect(body).toContain('<bdi dir="ltr">call-1</bdi>');
  });

  test("tells nothing of what it was", async () => {
    for (const error of [trouble, new Error("secret")]) {
      const { body } = await failingFor("en", error);
      expect(body).not.toMatch(/10\.0\.0\.7|Storage|secret|upstream|at .*\.ts/);
    }
  });

  test("speaks the browser's language even when the app itself cannot be had", async () => {
    const { status, headers } = await failingFor("ar", trouble, () => {
      throw new Error("not started");
    });
    expect([status, headers["content-language"]]).toEqual([500, "ar"]);
  });
});
