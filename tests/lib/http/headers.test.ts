import { describe, expect, test } from "@jest/globals";
import { cookieOf } from "../../../lib/http/cookie.ts";
import { securityHeaders, tokenIn } from "../../../lib/http/headers.ts";
import { languagesOf } from "../../../lib/http/languages.ts";
import { aRequest } from "./a-request.ts";

describe("Every answer", () => {
  test("is not cached, guessed, framed, referred to or reached over http", () => {
    expect(securityHeaders(aRequest(), [])).toEqual({
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
      "strict-transport-security": "max-age=31536000; includeSubDomains",
      "x-content-type-options": "nosniff",
    });
  });

  const allowed = ["https://portal.example"];
  const from = (origin: string, origins = allowed) => securityHeaders(aRequest({ headers: { origin } }), origins);

  test("may be read by front ends on a listed origin, and by nobody with the browser's own credentials", () => {
    const headers = from("https://portal.example");
    expect(headers).toMatchObject({ "access-control-allow-origin": "https://portal.example", vary: "Origin" });
    expect(headers).not.toHaveProperty("access-control-allow-credentials");
    expect(headers["access-control-expose-headers"]?.split(", ").sort()).toEqual(["Link", "Location", "Retry-After"]);
  });

  test.each([
    "https://portal.example.evil.example",
    "https://evil.example",
    "http://portal.example",
    "https://portal.example:8443",
    "https://PORTAL.example",
    "https://portal.example/",
    "null",
    "*",
  ])("may not be read from the origin %s", (origin) => {
    expect(from(origin)).not.toHaveProperty("access-control-allow-origin");
    expect(from(origin).vary).toBe("Origin");
  });

  test("may be read from no other origin when none is listed", () => {
    expect(from("https://portal.example", [])).not.toHaveProperty("access-control-allow-origin");
  });
});

test.each([
  ["Bearer abc", "abc"],
  ["bearer abc", "abc"],
  ["BEARER a.Bearer b", "a.Bearer b"],
  ["abc.Bearer d", "abc.Bearer d"],
  ["Bearer ", ""],
  [null, ""],
])("of the header Authorization %j the token is %j: the scheme in any letters, once and in front", (header, token) => {
  expect(tokenIn(header)).toBe(token);
});

describe("A cookie", () => {
  test.each([
    ["__Host-consent=abc", "abc"],
    ["other=1; __Host-consent=abc; more=2", "abc"],
    ["__Host-consent=a=b==", "a=b=="],
    ["__Host-consent=", ""],
    ["  __Host-consent=abc  ", "abc"],
  ])("is read from %j", (cookie, value) => {
    expect(cookieOf(aRequest({ headers: { cookie } }), "__Host-consent")).toBe(value);
  });

  test.each(["", "other=1", "x__Host-consent=abc", "__Host-consentx=abc", "__host-consent=abc", "__Host-consent"])(
    "of another name is not taken from %j",
    (cookie) => {
      expect(cookieOf(aRequest({ headers: { cookie } }), "__Host-consent")).toBeUndefined();
    },
  );

  test("that stands there twice is none: one of them may come from an attacker", () => {
    const cookie = "__Host-consent=abc; __Host-consent=abd";
    expect(cookieOf(aRequest({ headers: { cookie } }), "__Host-consent")).toBeUndefined();
  });

  test("is none without the header", () => {
    expect(cookieOf(aRequest(), "__Host-consent")).toBeUndefined();
  });
});

describe("The languages of a browser", () => {
  test.each([
    ["", []],
    ["fr", ["fr"]],
    ["fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", ["fr-CH", "fr", "en", "de"]],
    ["en;q=0.5, fr", ["fr", "en"]],
    ["en;q=0.5,fr;q=0.501", ["fr", "en"]],
    ["en; q=0.5 , fr ; q=0.9", ["fr", "en"]],
    ["en;Q=0.1, fr;q=0.2", ["fr", "en"]],
    ["de;q=0, fr;q=0.1", ["fr"]],
    ["en;q=0.501, fr;q=0.502, de;q=0.503", ["de", "fr", "en"]],
    ["en;q=0.5, fr;xq=0.1", ["fr", "en"]],
    ["en;q=0.5, fr;q=0.1x", ["fr", "en"]],
    ["en;q=0.5, fr;q=0.1234", ["fr", "en"]],
    ["en;q=0.5, fr;level=1;q=0.1", ["en", "fr"]],
    ["en, fr", ["en", "fr"]],
    ["zh-Hant-TW", ["zh-Hant-TW"]],
    ["*", []],
    ["<script>, fr", ["fr"]],
    ["constructor, fr", ["fr"]],
  ])("of %j are %j, best first", (header, languages) => {
    expect(languagesOf(aRequest({ headers: { "accept-language": header } }))).toEqual(languages);
  });

  test("without the header are none", () => {
    expect(languagesOf(aRequest())).toEqual([]);
  });

  test("of an endless header are few and found at once", () => {
    const startedMs = performance.now();
    for (const header of ["fr,".repeat(100_000), "a;q=0.".repeat(50_000), `fr;${" ".repeat(100_000)}q=1`])
      expect(languagesOf(aRequest({ headers: { "accept-language": header } })).length).toBeLessThan(250);
    expect(performance.now() - startedMs).toBeLessThan(200);
  });
});
