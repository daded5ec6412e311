import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import chromium from "@sparticuz/chromium";
import { type Browser, type Page, chromium as playwright } from "playwright-core";
import { call, tokenOfApplication } from "../../infra/local/demo/browser.ts";
import { PORTAL_CLIENT_ID } from "../../infra/local/principals.ts";
import { type Product, startProduct } from "../../infra/local/product.ts";
import type { SessionView } from "../../lib/sessions/session.ts";

const TIMEOUT_MS = 120_000;
const document = readFileSync(join(import.meta.dirname, "../../docs/front-end.md"), "utf8");
const documented = /```html\n(.*?)```/s.exec(document)?.[1] ?? "";
const script = /<script type="module">(.*?)<\/script>/s.exec(documented)?.[1] ?? "";
const policy = /^Content-Security-Policy: (.*)$/m.exec(document)?.[1] ?? "";

const directory = mkdtempSync(join(tmpdir(), "front-end-test-"));
const servers: Server[] = [];
let product: Product;
let browser: Browser;
let robot: string;
let allowed: string;
let stranger: string;

beforeAll(async () => {
  allowed = await serve();
  stranger = await serve();
  product = await startProduct({
    port: 0,
    dataDirectory: directory,
    isInMemory: true,
    isBuilt: true,
    onOutput: () => {},
    settings: { ALLOWED_ORIGINS: allowed },
  });
  robot = await tokenOfApplication(product.addresses, "Everything robot");
  const executablePath = await chromium.executablePath();
  browser = await playwright.launch({ args: ["--no-sandbox"], executablePath, headless: true });
}, TIMEOUT_MS);

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(directory, { recursive: true, force: true });
}, TIMEOUT_MS);

test("the policy in the document is the one for the script in the document", () => {
  const hash = createHash("sha256").update(script).digest("base64");
  expect(policy).toContain(`script-src 'sha256-${hash}'; `);
  expect(documented).not.toMatch(/style=|\son\w+=|innerHTML/);
});

test(
  "the page signs an agent in, finds a device, says what is wrong, gets one session and follows it to its end",
  async () => {
    const { page, messages } = await open(allowed);
    await signIn(page);
    await find(page, "PHONE-ANA");
    const ask = page.getByRole("button", { name: "Ask for remote help" });

    await ask.click();
    await waitForText(page, "#problem", "TeamViewer is not connected");
    await connect();
    await ask.dblclick();
    await waitForText(page, "#state", "open.");
    expect(await page.locator("#problem").textContent()).toBe("");

    const sessions = await call<{ value: SessionView[] }>(`${product.addresses.app}/api/sessions`, robot, 200);
    expect(sessions.value).toHaveLength(1);
    const [session] = sessions.value;
    if (!session) throw new Error("no session came out");
    const shown = await page.locator("body").textContent();
    for (const fact of [session.matchCode, session.endCustomerUrl]) expect(shown).toContain(fact);
    const supporter = await page.getByRole("link").first().getAttribute("href");
    expect(supporter).toContain(product.addresses.teamviewer);
    expect(supporter).not.toBe(session.endCustomerUrl);

    await call(`${product.addresses.app}/api/sessions/${session.id}/close`, robot, 200, { method: "POST" });
    await waitForText(page, "#state", "closed.");
    // The refusals before it was connected, which browsers tell by themselves.
    expect(messages.filter((message) => !message.includes("409"))).toEqual([]);
    await page.context().close();
  },
  TIMEOUT_MS,
);

test(
  "who comes back from a sign-in that did not begin here is not signed in, and nothing stays in the address",
  async () => {
    const { page } = await open(`${allowed}/#code=stolen&state=made-up`);
    await waitForText(page, "#problem", "Sign in again.");
    expect(page.url()).toBe(`${allowed}/`);
    expect(await page.getByRole("button", { name: "Sign in" }).isVisible()).toBe(true);
    await page.context().close();
  },
  TIMEOUT_MS,
);

test(
  "from an origin that is not on the list nothing can be read, though the agent may",
  async () => {
    const { page, messages } = await open(stranger);
    await signIn(page);
    await find(page, "PHONE-ANA");
    await waitForText(page, "#problem", "fetch");
    expect(await page.locator("option").count()).toBe(0);
    expect(messages.join()).toContain("blocked by CORS policy");
    const reading = `fetch("${product.addresses.app}/api/health").then((answer) => answer.text(), () => "unreadable")`;
    expect(await page.evaluate(reading)).toBe("unreadable");
    await page.context().close();
  },
  TIMEOUT_MS,
);

/** Serves the page as the document has it, with its policy, on an origin of its own; only the four values and addresses are set. */
async function serve(): Promise<string> {
  const server = createServer((_request, response) => {
    const { app, entra, settings } = product.addresses;
    const values = {
      api: app,
      tenant: `${entra}/${settings.TENANT_ID}`,
      client: PORTAL_CLIENT_ID,
      scope: `api://${settings.API_CLIENT_ID}/access_as_user`,
    };
    const body = Object.entries(values).reduce(
      (text, [name, value]) => text.replace(new RegExp(`data-${name}="[^"]*"`), `data-${name}="${value}"`),
      documented,
    );
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader(
      "content-security-policy",
      policy.replace(/connect-src [^;]*/, `connect-src ${app} ${new URL(entra).origin}`),
    );
    response.end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function open(url: string): Promise<{ page: Page; messages: string[] }> {
  const page = await (await browser.newContext()).newPage();
  const messages: string[] = [];
  page.on("console", (message) => messages.push(message.text()));
  page.on("pageerror", (error) => messages.push(error.message));
  await page.goto(url);
  return { page, messages };
}

async function signIn(page: Page) {
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: /Bruno Agent/ }).click();
  await page.getByLabel("Device, user or serial number").waitFor();
}

async function find(page: Page, text: string) {
  await page.getByLabel("Device, user or serial number").fill(text);
  await page.getByRole("button", { name: "Find" }).click();
}

async function waitForText(page: Page, selector: string, text: string) {
  await page.locator(selector, { hasText: text }).waitFor();
}

/** The administrator's part, in a browser of its own. */
async function connect() {
  const { app } = product.addresses;
  const consents = `${app}/api/connector/consents`;
  const body = { termsVersion: "1", termsAccepted: true };
  const consent = await call<{ id: string; startUrl: string }>(consents, robot, 201, { method: "POST", body });
  const { page } = await open(consent.startUrl);
  await page.getByRole("button", { name: /allow/i }).click();
  await page.waitForURL(`${app}/api/connector/callback?**`);
  await page.context().close();
  await call(`${consents}/${consent.id}/confirm`, robot, 200, { method: "POST" });
}
