import { beforeEach, describe, expect, test } from "@jest/globals";
import { makePortalFiles } from "../../lib/adapters/portal-files.ts";
import type { AppProcess } from "../app-process.ts";
import { startMemoryApp } from "../memory/app.ts";

let process: AppProcess;

beforeEach(() => {
  process = startMemoryApp().newProcess();
});

const get = (path: string, headers: Record<string, string> = {}) => process.request("GET", path, { headers });

/** What the page tells its script. */
function configIn(text: string): Record<string, unknown> {
  const content = /<meta name="connector" content="([^"]*)">/.exec(text)?.[1] ?? "";
  return JSON.parse(content.replaceAll("&quot;", '"')) as Record<string, unknown>;
}

describe("The portal", () => {
  test.each([
    "/portal",
    "/portal/",
    "/portal/devices/d0000000-0000-4000-8000-000000000001",
    "/portal/sessions?state=open",
    "/portal/assets",
    "/PORTAL/audit",
    "/portal/connector?consent=0f",
  ])("answers %s with its page", async (path) => {
    const answer = await get(path);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(answer.text).toContain('<script type="module" src="/portal/assets/main-A1.js"></script>');
    expect(answer.text).toContain('<link rel="stylesheet" href="/portal/assets/main-B2.css">');
  });

  test("tells its script where to sign in and what for, and no more", async () => {
    expect(configIn((await get("/portal")).text)).toEqual({
      entraUrl: "https://login.microsoftonline.com",
      tenantId: "0f0e0d0c-0b0a-4908-8706-050403020100",
      clientId: "a91c11e2-7d1a-4b6e-9c56-0d5f3a7b2e10",
      scope: "api://a91c11e2-7d1a-4b6e-9c56-0d5f3a7b2e10/access_as_user openid profile offline_access",
      organization: "Contoso",
      termsVersion: "1",
      termsUrl: "https://www.teamviewer.com/en/legal/eula",
      languages: expect.arrayContaining(["en", "fr"]),
    });
  });

  test("signs in as the single-page application that it has of its own", async () => {
    const PORTAL_CLIENT_ID = "C0FFEE00-5a1e-4f00-8a11-7e57ab1e0001";
    process = startMemoryApp().newProcess({ PORTAL_CLIENT_ID });
    expect(configIn((await get("/portal")).text)).toMatchObject({ clientId: PORTAL_CLIENT_ID.toLowerCase() });
  });

  test.each([
    [undefined, "plain", null],
    ["gzip, deflate, br", "brotli", "br"],
    ["gzip", "gzip", "gzip"],
    ["br;q=0, gzip;q=0", "plain", null],
  ])("sends a file to a browser that takes %s as %s", async (accepted, text, encoding) => {
    const answer = await get("/portal/assets/main-A1.js", accepted ? { "accept-encoding": accepted } : {});
    expect([answer.status, answer.text, answer.headers.get("content-encoding")]).toEqual([200, text, encoding]);
    expect(answer.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(answer.headers.get("vary")).toBe("Accept-Encoding");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("does not send again what the browser has", async () => {
    for (const path of ["/portal", "/portal/assets/main-A1.js"]) {
      const etag = (await get(path)).headers.get("etag") ?? "";
      const again = await get(path, { "if-none-match": etag });
      expect([again.status, again.text, again.headers.get("etag")]).toEqual([304, "", etag]);
    }
  });

  test.each([
    "/portal/assets/main-B3.js",
    "/portal/assets/main-A1.js.br",
    "/portal/assets/",
    "/portal/assets//main-A1.js",
    "/portal/assets/../files.json",
    "/portal/assets/..%2Ffiles.json",
    "/portal/assets/%2E%2E/files.json",
    "/portal/assets/..%5Cfiles.json",
    "/portal/assets/%00main-A1.js",
    "/portal/assets/__proto__",
    "/portal/assets/constructor",
  ])("has no file %s", async (path) => {
    const answer = await get(path);
    expect(answer.text).not.toMatch(/plain|"script"/);
    if (answer.headers.get("content-type")?.startsWith("text/html")) return;
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([404, "no-store"]);
    expect(answer.text).toBe("The portal has no such file.\n");
  });

  test("is where / leads", async () => {
    const answer = await get("/");
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/portal"]);
  });
});

test("what was built is a first load of at most 120 KB with everything", async () => {
  const built = await makePortalFiles()();
  const page = await get("/portal");
  const named = [built.script, built.style].map((name) => built.files.get(name)?.br.length ?? Number.NaN);
  const bytes = named.reduce((sum, each) => sum + each, Buffer.byteLength(page.text));
  expect(bytes).toBeGreaterThan(1024);
  expect(bytes).toBeLessThanOrEqual(120 * 1024);
});
