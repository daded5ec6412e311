import { describe, expect, test } from "@jest/globals";
import { compileRoute } from "../../../../infra/local/host/route.ts";
import { routeConstraint } from "../../../../infra/local/host/route-constraint.ts";

const GUID = "1f9a8b7c-0000-4000-8000-00000000000a";

describe("A route template", () => {
  test.each<[string, string, Record<string, string> | undefined]>([
    ["/", "/", {}],
    ["/", "/x", undefined],
    ["api/sessions", "/api/sessions", {}],
    ["api/sessions", "/API/Sessions", {}],
    ["api/sessions", "/api/sessions/", {}],
    ["api/sessions", "/api/sessions/1", undefined],
    ["api/sessions", "/api", undefined],
    ["api/sessions/{id}", "/api/sessions/A1", { id: "A1" }],
    ["api/sessions/{id}", "/api/sessions/", undefined],
    ["api/sessions/{id}/close", "/api/sessions/A1/close", { id: "A1" }],
    ["h/{token}", "/h/a%20b", { token: "a b" }],
    ["h/{token}", "/h/a%2Fb", { token: "a%2Fb" }],
    ["h/{token}", "/h/a%2fb%20c", { token: "a%2fb c" }],
    ["h/{token}", "/h/a%252Fb", { token: "a%2Fb" }],
    ["h/{token}", "/h/100%", { token: "100%" }],
    ["h/{token}", "/h/%C3%A9", { token: "é" }],
    ["f/{name?}", "/f", {}],
    ["f/{name?}", "/f/x", { name: "x" }],
    ["f/{name?}", "/f/x/y", undefined],
    ["f/{page=1}", "/f", { page: "1" }],
    ["f/{page=1}", "/f/2", { page: "2" }],
    ["f/{page:int=1}", "/f/two", undefined],
    ["f/{id:int}", "/f/12", { id: "12" }],
    ["f/{id:int}", "/f/x", undefined],
    ["f/{id:int?}", "/f", {}],
    ["f/{id:guid}", `/f/${GUID}`, { id: GUID }],
    ["f/{id:guid}", "/f/1", undefined],
    ["f/{id:int:min(5)}", "/f/4", undefined],
    ["f/{id:int:min(5)}", "/f/5", { id: "5" }],
    ["f/{id:regex(^\\d{{3}}$)}", "/f/123", { id: "123" }],
    ["f/{id:regex(^\\d{{3}}$)}", "/f/1234", undefined],
    ["portal/{*path}", "/portal", {}],
    ["portal/{*path}", "/portal/", {}],
    ["portal/{*path}", "/portal/css/site.css", { path: "css/site.css" }],
    ["portal/{**path}", "/portal/a%2Fb/c", { path: "a%2Fb/c" }],
    ["portal/{*path=index.html}", "/portal", { path: "index.html" }],
    ["{a}-{b}", "/x-y-z", { a: "x-y", b: "z" }],
    ["{a}-{b}", "/", undefined],
    ["v{major:int}.{minor:int}", "/v1.20", { major: "1", minor: "20" }],
    ["v{major:int}.{minor:int}", "/v1", undefined],
    ["a/{{x}}", "/a/{x}", {}],
  ])("%s against %s gives %j", (template, path, expected) => {
    expect(compileRoute(template).match(path)).toEqual(expected);
  });

  test.each(["a/{", "a/{}", "a//b", "{*path}/more", "x{id?}", "x{id=1}", "f/{id:unknown}"])(
    "%s is refused",
    (template) => {
      expect(() => compileRoute(template)).toThrow();
    },
  );

  test("is tried before a less precise one", () => {
    const templates = ["a/{*rest}", "a/{id}", "a/{id:int}", "a/b", "a/{x}-{y}/c", "a/b/{id}"];
    const sorted = templates.toSorted((left, right) =>
      compileRoute(left).precedence.localeCompare(compileRoute(right).precedence),
    );
    expect(sorted).toEqual(["a/b", "a/b/{id}", "a/{id:int}", "a/{x}-{y}/c", "a/{id}", "a/{*rest}"]);
  });
});

describe("A route constraint", () => {
  test.each<[string, string[], string[]]>([
    ["int", ["0", "-5", "2147483647"], ["2147483648", "1.5", "", "x"]],
    ["long", ["9223372036854775807", "-9223372036854775808"], ["9223372036854775808", "x"]],
    [
      "guid",
      [GUID, GUID.toUpperCase(), GUID.replaceAll("-", ""), `{${GUID}}`, `(${GUID})`],
      [`{${GUID}`, "x", `${GUID}0`],
    ],
    ["alpha", ["abcXYZ", ""], ["a1", "é"]],
    ["bool", ["true", "FALSE"], ["1", "yes"]],
    ["decimal", ["1", "-1.5"], ["x", ""]],
    ["datetime", ["2026-11-22", "2026-11-22T10:00:00Z"], ["x"]],
    ["minlength(3)", ["abc"], ["ab"]],
    ["maxlength(3)", ["abc", ""], ["abcd"]],
    ["length(3)", ["abc"], ["ab", "abcd"]],
    ["length(2,3)", ["ab", "abc"], ["a", "abcd"]],
    ["min(18)", ["18"], ["17", "x"]],
    ["max(18)", ["18"], ["19"]],
    ["range(1,5)", ["1", "5"], ["0", "6", "x"]],
    ["regex(^a|b$)", ["AX", "xb"], ["xa"]],
    ["required", ["x"], [""]],
  ])("%s takes %j and refuses %j", (text, taken, refused) => {
    const fits = routeConstraint(text);
    expect(taken.filter(fits)).toEqual(taken);
    expect(refused.filter(fits)).toEqual([]);
  });
});
