import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "@jest/globals";
import chromium from "@sparticuz/chromium";
import { type Browser, type BrowserContextOptions, type Page, chromium as playwright } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The Chromium that the npm package carries. */
export async function startBrowser(): Promise<Browser> {
  return playwright.launch({
    args: ["--no-sandbox"],
    executablePath: await chromium.executablePath(),
    headless: true,
  });
}

/** A page of its own on a phone; `seen` is what no page may cause: console messages, errors, dialogs, calls to others. */
export async function openPage(browser: Browser, origin: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, ...options });
  const page = await context.newPage();
  const seen: string[] = [];
  page.on("console", (message) => seen.push(message.text()));
  page.on("pageerror", (error) => seen.push(error.message));
  page.on("dialog", (dialog) => {
    seen.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) seen.push(request.url());
  });
  return { page, context, seen };
}

/** Nothing to scroll to at the side. */
export async function expectFits(page: Page) {
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
}

/** No violations of WCAG as axe-core finds them, and a page that fits. */
export async function expectAccessible(page: Page) {
  // Evaluated by the browser's debugger, which the page's Content-Security-Policy does not bind.
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axeSource);
  const found = "violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(', '))";
  // Of what passed axe-core would describe every element.
  const run = 'axe.run({ resultTypes: ["violations"] })';
  expect(await page.evaluate(`${run}.then(({ violations }) => ${found})`)).toEqual([]);
  await expectFits(page);
}
