import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { portalPage } from "../../../lib/http/portal-page.ts";
import { aRequest } from "./a-request.ts";

const named = { script: "main-A1.js", style: "main-B2.css" };
const config = {
  entraUrl: "https://login.microsoftonline.com",
  tenantId: "t",
  clientId: "c",
  scope: "api://a/access_as_user openid profile offline_access",
  organization: "Contoso",
  termsVersion: "1",
  termsUrl: "https://terms.example/eula",
  languages: ["en", "fr"],
};
const page = (changes: Partial<typeof config> = {}, headers: Record<string, string> = {}) =>
  portalPage(aRequest({ headers }), named, { ...config, ...changes });
const header = (name: string, answer = page()) => (answer.headers as Record<string, string>)[name];

describe("The portal's page", () => {
  test("lets in its own files, calls this app and Entra, and turns no text into markup", () => {
    expect(header("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
        "connect-src 'self' https://login.microsoftonline.com; form-action 'none'; base-uri 'none'; " +
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
  });

  test("may ask Entra where the settings say it is, and nothing below it is named", () => {
    const policy = header("content-security-policy", page({ entraUrl: "https://login.example:8443/path" }));
    expect(policy).toContain("connect-src 'self' https://login.example:8443;");
  });

  test("is shut off from pages that open it, and needs no camera, place or microphone", () => {
    expect(header("cross-origin-opener-policy")).toBe("same-origin");
    expect(header("permissions-policy")).toBe("camera=(), geolocation=(), microphone=()");
  });

  test("names the files that were built, and nothing of its own runs in it", () => {
    const text = String(page().body);
    expect(text).toContain('<link rel="stylesheet" href="/portal/assets/main-B2.css">');
    expect(text.match(/<script[^>]*>[^<]*/g)).toEqual(['<script type="module" src="/portal/assets/main-A1.js">']);
    expect(text).not.toMatch(/<style|style=|\son\w+=/);
  });

  test("says what to do without JavaScript", () => {
    expect(String(page().body)).toMatch(/<noscript>\s*<p>The portal needs JavaScript\./);
  });

  test("hands on what its script has to know, whatever stands in it", async () => {
    const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
    const hostile = fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "\\", "</script>", "é", "a") });
    await fc.assert(
      fc.property(hostile, (organization) => {
        const content = /<meta name="connector" content="([^"]*)">/.exec(String(page({ organization }).body))?.[1];
        const read = (content ?? "").replace(/&(lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? "");
        expect(JSON.parse(read)).toEqual({ ...config, organization });
      }),
    );
  });

  test("is asked for each time, and sent only when it changed", () => {
    expect(header("cache-control")).toBe("no-cache");
    const etag = header("etag") ?? "";
    const again = page({}, { "if-none-match": etag });
    expect(again).toMatchObject({ status: 304, headers: { etag, "content-security-policy": expect.any(String) } });
    expect(again).not.toHaveProperty("body");
    expect(page({ organization: "Fabrikam" }, { "if-none-match": etag })).toMatchObject({ status: 200 });
  });
});
