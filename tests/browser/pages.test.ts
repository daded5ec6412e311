import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import { call, tokenOfApplication } from "../../infra/local/demo/browser.ts";
import { type Product, startProduct } from "../../infra/local/product.ts";
import type { ConnectorView } from "../../lib/connector/connection.ts";
import type { SessionView } from "../../lib/sessions/session.ts";
import { expectAccessible, openPage, startBrowser } from "./a-browser.ts";

const TIMEOUT_MS = 90_000;
const PHONE = "d0000000-0000-4000-8000-000000000001";

const directory = mkdtempSync(join(tmpdir(), "pages-test-"));
let product: Product;
let browser: Browser;
let token: string;

beforeAll(async () => {
  product = await startProduct({
    port: 0,
    dataDirectory: directory,
    isInMemory: true,
    isBuilt: true,
    onOutput: () => {},
  });
  token = await tokenOfApplication(product.addresses, "Everything robot");
  browser = await startBrowser();
}, TIMEOUT_MS);

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(directory, { recursive: true, force: true });
}, TIMEOUT_MS);

test(
  "an administrator's browser carries the consent through TeamViewer and back",
  async () => {
    const { app } = product.addresses;
    const body = { termsVersion: "1", termsAccepted: true };
    const consent = await call<{ id: string; startUrl: string }>(`${app}/api/connector/consents`, token, 201, {
      method: "POST",
      body,
    });
    const { page, context } = await open("en-GB");
    await page.goto(consent.startUrl);
    expect(page.url()).toContain(`${product.addresses.teamviewer}/oauth2/authorize`);
    await page.getByRole("button", { name: /allow/i }).click();
    await page.waitForURL(`${app}/api/connector/callback?**`);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("TeamViewer agreed");
    await expectAccessible(page);
    expect((await context.cookies()).filter(({ name }) => name === "__Host-consent")).toEqual([]);
    const connected = await call<ConnectorView>(`${app}/api/connector/consents/${consent.id}/confirm`, token, 200, {
      method: "POST",
    });
    expect(connected.status).toBe("connected");
    await context.close();
  },
  TIMEOUT_MS,
);

test(
  "a user reads in French who asks and why, accepts with the keyboard and arrives at TeamViewer",
  async () => {
    const session = await requestSession({ reason: "<b>L’écran</b> & le son" });
    const { page, context, seen } = await open("en-GB");
    const answer = await page.goto(await linkOf(session));
    expect((await answer?.body())?.length).toBeLessThanOrEqual(12 * 1024);
    expect(await page.locator("html").getAttribute("lang")).toBe("fr");
    const text = await page.locator("main").textContent();
    for (const part of ["Contoso", "<b>L’écran</b> & le son", "PHONE-ANA", session.matchCode, "App Store"])
      expect(text).toContain(part);
    await expectAccessible(page);
    expect(seen).toEqual([]);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(session.endCustomerUrl);
    expect(await stateOf(session)).toMatchObject({ state: "accepted" });
    await context.close();
  },
  TIMEOUT_MS,
);

test(
  "a user declines in Arabic, from right to left",
  async () => {
    const session = await requestSession({ reason: "VPN", language: "ar" });
    const { page, context, seen } = await open("en-US");
    await page.goto(await linkOf(session));
    expect(await page.locator("html").getAttribute("dir")).toBe("rtl");
    await expectAccessible(page);
    await page.getByRole("button", { name: "رفض" }).click();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("لقد رفضت");
    await expectAccessible(page);
    expect(await stateOf(session)).toMatchObject({ state: "declined" });
    expect(seen).toEqual([]);
    await context.close();
  },
  TIMEOUT_MS,
);

test(
  "a user who did not ask says so without JavaScript, and the link is over",
  async () => {
    const session = await requestSession({ reason: "Printer", language: "en" });
    const { page, context } = await open("en-US", false);
    const link = await linkOf(session);
    await page.goto(link);
    await page.getByRole("button", { name: "I did not ask for this" }).click();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Thank you for telling us");
    expect(await stateOf(session)).toMatchObject({ state: "declined", declineReason: "not-requested" });
    expect((await page.goto(link))?.status()).toBe(404);
    expect(await page.locator("main").textContent()).not.toContain(session.matchCode);
    await context.close();
  },
  TIMEOUT_MS,
);

const open = (locale: string, javaScriptEnabled = true) =>
  openPage(browser, product.addresses.app, { locale, javaScriptEnabled });

function requestSession(said: { reason: string; language?: string }): Promise<SessionView> {
  const body = { deviceId: PHONE, ...said };
  return call<SessionView>(`${product.addresses.app}/api/sessions`, token, 201, {
    method: "POST",
    body,
    key: randomUUID(),
  });
}

/** The link in the notification that Company Portal shows. */
async function linkOf({ matchCode }: SessionView): Promise<string> {
  const endMs = performance.now() + 15_000;
  while (performance.now() < endMs) {
    const sent = product.surroundings.graph.notifications(PHONE).find(({ body }) => body.includes(matchCode));
    const link = /https?:\/\/\S+\/h\/[\w-]+/.exec(sent?.body ?? "")?.[0];
    if (link) return link;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("no notification came");
}

const stateOf = ({ id }: SessionView) => call<SessionView>(`${product.addresses.app}/api/sessions/${id}`, token, 200);
