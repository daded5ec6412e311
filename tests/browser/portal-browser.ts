import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { call, tokenOfApplication } from "../../infra/local/demo/browser.ts";
import { startProduct } from "../../infra/local/product.ts";
import { startBrowser } from "./a-browser.ts";

/** How long starting, stopping and one test may take on a slow machine. */
export const TIMEOUT_MS = 120_000;

type Opening = {
  locale?: string;
  scheme?: "light" | "dark";
  width?: number;
  /** Console messages that the browser writes by itself about answers that this visitor is meant to get. */
  expected?: RegExp;
};

/** Somebody at a browser of their own. `seen` is what the portal may never cause. */
export type Visitor = { page: Page; seen: string[] };
export type PortalBrowser = Awaited<ReturnType<typeof startPortal>>;

/** The built product and one Chromium, for all tests of a file. */
export async function startPortal(settings: Record<string, string> = {}) {
  const dataDirectory = mkdtempSync(join(tmpdir(), "portal-test-"));
  const memory = { port: 0, dataDirectory, isInMemory: true, isBuilt: true, onOutput: () => {} };
  const [product, browser] = await Promise.all([startProduct({ ...memory, settings }), startBrowser()]);
  const { app, entra, settings: given } = product.addresses;
  const tokens = `${entra}/${given.TENANT_ID}/oauth2/v2.0/token`;

  async function open({ locale = "en-GB", scheme = "light", width = 1280, expected }: Opening = {}): Promise<Visitor> {
    const context = await browser.newContext({
      locale,
      colorScheme: scheme,
      viewport: { width, height: 800 },
      reducedMotion: "reduce",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    const seen: string[] = [];
    const note = (text: string) => expected?.test(text) || seen.push(text);
    page.on("console", (message) => note(message.text()));
    page.on("pageerror", (error) => note(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      note(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      // What the page itself no longer wants: an older search, a page that was left.
      if (why !== "net::ERR_ABORTED") note(`${why} ${request.url()}`);
    });
    page.on("request", (request) => {
      const isOwn = new URL(request.url()).origin === app || request.url().startsWith("blob:");
      if (!isOwn && !request.isNavigationRequest() && request.url() !== tokens) note(`asked ${request.url()}`);
    });
    return { page, seen };
  }

  /** A token that may do everything, for looking behind the scenes. */
  const robot = await tokenOfApplication(product.addresses, "Everything robot");

  /** Connects TeamViewer without the portal. */
  async function connect() {
    const consents = `${app}/api/connector/consents`;
    const body = { termsVersion: "1", termsAccepted: true };
    const consent = await call<{ id: string; startUrl: string }>(consents, robot, 201, { method: "POST", body });
    const { page } = await open();
    await page.goto(consent.startUrl);
    await page.getByRole("button", { name: "Allow" }).click();
    await page.waitForURL(`${app}/api/connector/callback?**`);
    await page.context().close();
    await call(`${consents}/${consent.id}/confirm`, robot, 200, { method: "POST" });
  }

  return {
    product,
    browser,
    app,
    open,
    robot,
    connect,
    async stop() {
      await browser.close();
      await product.stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** From the signed-out page over Entra's back into the portal. */
export async function signIn(page: Page, name: string) {
  await page.getByRole("main").getByRole("button").click();
  await page.getByRole("button", { name }).click();
  await page.getByRole("banner").waitFor();
}
