import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Page, Response } from "playwright-core";
import { ask, call, tokenOfPerson } from "../../infra/local/demo/browser.ts";
import { accounts } from "../../infra/local/teamviewer/accounts.ts";
import type { SessionView } from "../../lib/sessions/session.ts";
import { expectFits } from "./a-browser.ts";
import { type PortalBrowser, signIn, startPortal, TIMEOUT_MS, type Visitor } from "./portal-browser.ts";
import { answerWith, goWithin, problem } from "./states/state.ts";

/** What would leave a trace if any of it ran: scripts, handlers, addresses, templates, what breaks out, what turns around. */
const SCRIPT = "javascript:xss=1//<script>xss=1</script>";
const BREAKING_OUT = "</title></style></textarea><script>xss=1</script><img src=x onerror=xss=1>";
const ATTRIBUTE = `'" onfocus='xss=1' autofocus x="><svg onload=xss=1>`;
const hostiles = [
  SCRIPT,
  BREAKING_OUT,
  ATTRIBUTE,
  "data:text/html,<svg><script href=data:text/javascript,xss=1 />",
  "{{constructor.constructor('xss=1')()}}#{xss=1}<a href=javascript:xss=1>Connect</a>",
  "<iframe srcdoc='<script>parent.xss=1</script>'></iframe><base href=//elsewhere.test/>",
  "<meta http-equiv=refresh content=0;url=//elsewhere.test><link rel=stylesheet href=//elsewhere.test>",
  "\u202e<!--\u2066exe.gnp-->\u0000]]>",
  "W".repeat(100),
  "__proto__",
];
const ORGANIZATION = '"><img src=x onerror=xss=1>{{7*7}}</script>';

let portal: PortalBrowser;
let chiara: Visitor;
let token: string;
beforeAll(async () => {
  portal = await startPortal({ ORGANIZATION_NAME: ORGANIZATION });
  Object.assign(accounts[0] ?? {}, { name: SCRIPT, company: BREAKING_OUT, email: ATTRIBUTE });
  await portal.connect();
  token = await tokenOfPerson(portal.product.addresses, "Chiara Agent");
  chiara = await portal.open({ expected: /status of 4\d\d/ });
  await chiara.page.goto(`${portal.app}/portal`);
  await signIn(chiara.page, "Chiara Agent");
}, TIMEOUT_MS);
afterAll(() => portal?.stop(), TIMEOUT_MS);

/** Nothing ran, nothing was drawn that is not the portal's, nothing reaches out of the page. */
async function expectHarmless({ page, seen }: Visitor) {
  expect(await page.evaluate("typeof xss")).toBe("undefined");
  const foreign =
    "img, iframe, base, [srcdoc], [onload], [onerror], [onfocus], a[href^='javascript'], a[href*='elsewhere']";
  expect(await page.locator(foreign).count()).toBe(0);
  expect(await page.locator("script").count()).toBe(1);
  expect(new URL(page.url()).origin).toBe(portal.app);
  expect(seen.splice(0)).toEqual([]);
  await expectFits(page);
}

describe("In every field that comes from outside", () => {
  test.each(hostiles)(
    "%j is text",
    async (hostile) => {
      const { page } = chiara;
      await page.setViewportSize({ width: 360, height: 800 });
      const fields = {
        deviceName: hostile,
        userDisplayName: hostile,
        userPrincipalName: hostile,
        serialNumber: hostile,
      };
      const { id } = portal.product.surroundings.graph.putDevice({
        ...fields,
        ...{
          model: hostile,
          manufacturer: hostile,
          operatingSystem: "Windows",
          osVersion: hostile,
          userId: randomUUID(),
        },
      });
      await goWithin(page, `/portal/devices/${id}`);
      await shows(page, "h1", hostile);
      for (const name of ["User", "Account", "Serial number"])
        await shows(page, `div:has(> dt:text-is("${name}")) dd`, hostile);
      await shows(page, 'div:has(> dt:text-is("Model")) dd', `${hostile} ${hostile}`);
      await page.getByRole("button", { name: "New remote assistance session" }).click();
      await shows(page, "dialog bdi >> nth=0", hostile);
      await expectHarmless(chiara);

      const session = await requestSession({ deviceId: id, reason: hostile, ticket: hostile });
      await goWithin(page, `/portal/sessions/${session.id}`);
      await shows(page, "h1", `Session on ${hostile}`);
      for (const name of ["Reason", "Ticket"]) await shows(page, `div:has(> dt:text-is("${name}")) dd`, hostile);
      await expectHarmless(chiara);

      await goWithin(page, `/portal/sessions?device=${id}`);
      await shows(page, "td[data-label=Ticket]", hostile);
      await expectHarmless(chiara);
    },
    TIMEOUT_MS,
  );

  test(
    "lists of hostile names are no wider than the window",
    async () => {
      const { page } = chiara;
      const endless = { deviceName: "W".repeat(256), userDisplayName: "W".repeat(256), serialNumber: "W".repeat(200) };
      const { id } = portal.product.surroundings.graph.putDevice({ ...endless, operatingSystem: "Windows" });
      const session = await requestSession({ deviceId: id, reason: "W".repeat(500), ticket: "W".repeat(100) });
      for (const width of [360, 1920]) {
        await page.setViewportSize({ width, height: 800 });
        for (const path of [
          "/portal/devices",
          "/portal/sessions",
          "/portal/devices?search=WWWWW",
          `/portal/devices/${id}`,
          `/portal/sessions/${session.id}`,
        ]) {
          await goWithin(page, path);
          await page.locator("main :is(tbody tr, dl)").first().waitFor();
          await expectHarmless(chiara);
        }
      }
    },
    TIMEOUT_MS,
  );

  test(
    "the organisation and TeamViewer's account are text, on the way in, too",
    async () => {
      const visitor = await portal.open({ width: 360 });
      const { page } = visitor;
      await page.goto(`${portal.app}/portal/connector`);
      await shows(page, "main .quiet", ORGANIZATION);
      await signIn(page, "Ada Administrator");
      await page.locator("dl").waitFor();
      expect((await page.locator("dd").allTextContents()).slice(0, 3)).toEqual([SCRIPT, ATTRIBUTE, BREAKING_OUT]);
      expect(await page.locator(".bar-organization").textContent()).toBe(ORGANIZATION);
      await expectHarmless(visitor);
      await answerWith(page, { "/api/connector": { json: { status: "notConnected" } } });
      await goWithin(page, "/portal/connector");
      await page.getByRole("button", { name: "Enable" }).click();
      expect(await page.getByRole("dialog").textContent()).toContain(
        `I have read the terms and accept them for ${ORGANIZATION}`,
      );
      await expectHarmless(visitor);
      await page.context().close();
    },
    TIMEOUT_MS,
  );

  test.each(hostiles)(
    "%j in the address, in a problem and as a name is text, or nothing",
    async (hostile) => {
      const { page } = chiara;
      const said = encodeURIComponent(hostile);
      await answerWith(page, {
        "/api/devices/x": { ...problem(418, hostile), json: { code: hostile, detail: hostile } },
      });
      for (const path of [
        "/portal/devices/x",
        `/portal/devices/${said}`,
        `/portal/${said}?${said}=${said}#${said}`,
        `/portal/sessions/${said}`,
        `/portal/sessions?state=${said}&device=${said}&mine=${said}`,
        `/portal/connector?consent=${said}`,
        `/portal/audit?from=${said}&to=${said}&action=${said}&actor=${said}&device=${said}&session=${said}`,
        `/portal/devices?platform=${said}&search=${said}`,
      ]) {
        await goWithin(page, path);
        await page.getByRole("main").getByText(/\S/).first().waitFor();
        await page.getByText("Loading…").waitFor({ state: "detached" });
        if (path === "/portal/devices/x") await shows(page, ".message-text p:not(.message-title)", hostile);
        await expectHarmless(chiara);
      }
      expect(await page.getByRole("searchbox").inputValue()).toBe(hostile);
    },
    TIMEOUT_MS,
  );

  test(
    "an address that is opened, not gone to, is harmless, too",
    async () => {
      const said = encodeURIComponent(hostiles.slice(0, 8).join(""));
      for (const path of [
        `/portal/${said}`,
        `/portal?${said}#${said}`,
        `/portal/audit?actor=${said}#state=${said}&error=${said}`,
      ]) {
        await chiara.page.goto(`${portal.app}${path}`);
        await chiara.page.locator("h1").waitFor();
        await expectHarmless(chiara);
      }
    },
    TIMEOUT_MS,
  );
});

/** The text stands there to the letter, but for white space, which browsers fold. */
async function shows(page: Page, selector: string, text: string) {
  const plain = (value: string | null) => (value ?? "").replace(/\s+/g, " ").trim();
  const shown = page.locator(selector).first();
  const endMs = performance.now() + 10_000;
  while (plain(await shown.textContent()) !== plain(text) && performance.now() < endMs) await page.waitForTimeout(20);
  expect(plain(await shown.textContent())).toBe(plain(text));
}

function requestSession(body: { deviceId: string; reason: string; ticket: string }, as = token): Promise<SessionView> {
  return call<SessionView>(`${portal.app}/api/sessions`, as, 201, { method: "POST", body, key: randomUUID() });
}

test("the page's policy allows nothing unsafe, and no frame, form or type of code but its own", async () => {
  const { entra } = portal.product.addresses;
  const { headers } = await ask(`${portal.app}/portal/devices`);
  expect(headers.get("content-security-policy")).toBe(
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ${entra}; ` +
      "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  );
  expect(Object.fromEntries(headers)).toMatchObject({
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
  });
});

test(
  "no text becomes markup or code in the page, whoever tries",
  async () => {
    const { page, seen } = await portal.open();
    await page.goto(`${portal.app}/portal`);
    const attempts = [
      "document.body.innerHTML = '<b>x</b>'",
      "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
      "Object.assign(document.createElement('script'), { text: 'xss=1' })",
      "trustedTypes.createPolicy('own', {})",
    ];
    for (const attempt of attempts)
      await expect(page.evaluate(attempt)).rejects.toThrow(/TrustedHTML|TrustedScript|Policy/);
    const noted = seen.splice(0);
    expect(noted.every((text) => /Trusted|policy/i.test(text))).toBe(true);
    await page.evaluate(
      "document.body.append(Object.assign(document.createElement('img'), { src: 'https://elsewhere.test/x' }))",
    );
    await page.waitForTimeout(100);
    expect(seen.join()).toContain("violates the following Content Security Policy");
    await page.context().close();
  },
  TIMEOUT_MS,
);

test(
  "tokens are in the page's memory and nowhere else",
  async () => {
    const { page } = chiara;
    await page.goto(`${portal.app}/portal/devices`);
    await page.getByRole("banner").waitFor();
    const kept =
      await page.evaluate(`Promise.all([indexedDB.databases(), caches.keys()]).then((stores) => JSON.stringify([
      stores, { ...sessionStorage }, { ...localStorage }, document.cookie, location.href, history.state, window.name,
      document.documentElement.outerHTML, performance.getEntriesByType("resource").map(({ name }) => name),
    ]))`);
    const cookies = await page.context().cookies(portal.app);
    expect(JSON.stringify([kept, cookies])).not.toMatch(/eyJ|access_token|refresh_token|code=|verifier/);
    expect(await page.evaluate("[localStorage.length, JSON.stringify({ ...sessionStorage })]")).toEqual([
      0,
      '{"signed-in":"yes"}',
    ]);
    // Entra's own, which stands on the same address here.
    expect(cookies.map(({ name }) => name)).toEqual(["ENTRA_STAND_IN_SESSION"]);
  },
  TIMEOUT_MS,
);

test(
  "the supporter's link is on the page of the one who asked, and on no other's",
  async () => {
    const deviceId = "d0000000-0000-4000-8000-000000000004";
    const session = await requestSession({ deviceId, reason: "VPN", ticket: "1" });
    const secret = session.supporterUrl?.split("-").at(-1) ?? "";
    expect(secret.length).toBeGreaterThan(5);
    await chiara.page.goto(`${portal.app}/portal/sessions/${session.id}`);
    expect(await chiara.page.getByRole("link", { name: /supporter/ }).getAttribute("href")).toBe(session.supporterUrl);
    for (const name of ["Bruno Agent", "Dev Auditor"]) {
      const { page, seen } = await portal.open();
      const bodies: Promise<string>[] = [];
      // The page looks again now and then: one answer may come when it is closed, and has no text any more.
      const textOf = (answer: Response) => answer.text().catch(() => "");
      page.on("response", (answer) => answer.url().includes("/api/") && bodies.push(textOf(answer)));
      await page.goto(`${portal.app}/portal/sessions/${session.id}`);
      await signIn(page, name);
      await page.getByText("Only the person who asked").waitFor();
      expect(await page.getByRole("link", { name: /supporter/ }).count()).toBe(0);
      const answers = (await Promise.all(bodies)).join();
      expect(answers).toContain(session.id);
      expect((await page.content()) + answers).not.toContain(secret);
      expect(seen).toEqual([]);
      await page.context().close();
    }
  },
  TIMEOUT_MS,
);
