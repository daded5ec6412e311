import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { askPage, declinedPage, failedPage, overPage, reportedPage } from "../../lib/http/answer-page.ts";
import { languages } from "../../lib/notifications/texts.ts";
import type { Session } from "../../lib/sessions/session.ts";
import { aSession } from "../lib/sessions/a-session.ts";
import { expectAccessible, expectFits, openPage, startBrowser } from "./a-browser.ts";

const TIMEOUT_MS = 90_000;
const ORIGIN = "http://help.test";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
}, TIMEOUT_MS);
afterAll(() => browser?.close(), TIMEOUT_MS);

type Shown = ReturnType<typeof askPage>;
const asked = (changes: Partial<Session> = {}, organization = "Contoso") =>
  askPage(aSession(changes), organization, "en");
const on = (platform: Session["device"]["platform"]) => ({ device: { ...aSession().device, platform } });

/** Shows a page as its function answers it, headers and all, without a server. */
async function show(shown: Shown, options: BrowserContextOptions = {}) {
  const opened = await openPage(browser, ORIGIN, options);
  // The browser itself would note a status of 404 or 503 in its console.
  const { headers, body } = shown;
  await opened.page.route("**/*", (route) => route.fulfill({ headers, body: String(body) }));
  await opened.page.goto(`${ORIGIN}/h/token`);
  return opened;
}

/** The edges of an element, in CSS pixels. */
async function boxOf(page: Page, selector: string) {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`${selector} is not shown`);
  return box;
}

const states: [string, () => Shown][] = [
  ["asks on an iPhone", () => asked({ reason: "VPN", agentName: "Bruno" })],
  ["asks on Android", () => asked(on("android"))],
  ["asks on Windows", () => asked(on("windows"))],
  ["was accepted", () => asked({ state: "accepted" })],
  ["was declined", () => declinedPage("en")],
  ["was reported", () => reportedPage("en")],
  ["is over", () => overPage("en")],
  ["failed", () => failedPage({ status: 503, language: "en", number: "0f0e0d0c-0b0a-4908-8706-050403020100" })],
];

describe.each(["light", "dark"] as const)("In %s", (colorScheme) => {
  test.each(states)(
    "a page that %s is accessible on a phone and on a wide screen, and silent",
    async (_title, shown) => {
      const { page, context, seen } = await show(shown(), { colorScheme });
      for (const width of [360, 1920]) {
        await page.setViewportSize({ width, height: 740 });
        await expectAccessible(page);
      }
      expect(seen).toEqual([]);
      await context.close();
    },
    TIMEOUT_MS,
  );
});

test.each([...languages])(
  "a page in the language %s fits a phone, reads its own way, and its answers are easy to hit",
  async (language) => {
    const { page, context, seen } = await show(askPage(aSession({ reason: "VPN" }), "Contoso", language));
    await expectFits(page);
    const isRightToLeft = ["ar", "he"].includes(language);
    const [label, value] = [await boxOf(page, "dt >> nth=0"), await boxOf(page, "dd bdi >> nth=0")];
    expect(label.x > value.x).toBe(isRightToLeft);
    for (const button of await page.locator("button").all())
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    expect(seen).toEqual([]);
    await context.close();
  },
  TIMEOUT_MS,
);

test(
  "the match code can be read from a phone at arm's length, left to right in every language",
  async () => {
    for (const language of ["en", "ar"]) {
      const { page, context } = await show(askPage(aSession(), "Contoso", language));
      const code = page.locator(".code bdi");
      expect([await code.textContent(), await code.getAttribute("dir")]).toEqual(["4831", "ltr"]);
      expect((await code.boundingBox())?.height).toBeGreaterThanOrEqual(48);
      await context.close();
    }
  },
  TIMEOUT_MS,
);

test.each([
  '<img src=x onerror=alert("img")>',
  '"><script>alert("script")</script>',
  "'><svg onload=alert('svg')>",
  "</title></style><script>alert('style')</script>",
  "javascript:alert('url')",
  '" autofocus onfocus="alert(1)',
  "<a href=https://elsewhere.test>Accept</a><meta http-equiv=refresh content=0;https://elsewhere.test>",
  "\u202e{{constructor.constructor('alert(1)')()}}\u2066",
])(
  "%j in every field is text",
  async (hostile) => {
    const session = { reason: hostile, agentName: hostile, device: { ...aSession().device, name: hostile } };
    const { page, context, seen } = await show(asked(session, hostile));
    expect(await page.locator("dd bdi").allTextContents()).toEqual(Array(4).fill(hostile));
    await page.locator("dd").first().click();
    await page.keyboard.press("Tab");
    await expectAccessible(page);
    expect([seen, page.url()]).toEqual([[], `${ORIGIN}/h/token`]);
    expect(await page.locator("script, img, iframe, a[href*='elsewhere'], [onload], [onfocus]").count()).toBe(0);
    await context.close();
  },
  TIMEOUT_MS,
);
