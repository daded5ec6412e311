import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Download, Page } from "playwright-core";
import { ask, call } from "../../infra/local/demo/browser.ts";
import type { SessionView } from "../../lib/sessions/session.ts";
import { type PortalBrowser, signIn, startPortal, TIMEOUT_MS, type Visitor } from "./portal-browser.ts";
import { readQr } from "./read-qr.ts";

const PHONE = "d0000000-0000-4000-8000-000000000001";
/** A QR code's quiet zone, in modules. */
const QUIET = 4;

let portal: PortalBrowser;
let chiara: Visitor;
beforeAll(async () => {
  portal = await startPortal();
}, TIMEOUT_MS);
afterAll(() => portal?.stop(), TIMEOUT_MS);

test(
  "an administrator enables the connector: terms, TeamViewer's page, the account, confirmed",
  async () => {
    const { page, seen } = await portal.open();
    await page.goto(portal.app);
    await page.waitForURL(`${portal.app}/portal`);
    await signIn(page, "Ada Administrator");
    await page.getByRole("button", { name: "Enable" }).click();
    const dialog = page.getByRole("dialog", { name: "Enable the connector" });
    const onwards = dialog.getByRole("button", { name: "Accept and continue to TeamViewer" });
    expect(await onwards.isDisabled()).toBe(true);
    const terms = dialog.getByRole("link", { name: "Read the terms (version 1)" });
    expect(await terms.getAttribute("href")).toBe("https://www.teamviewer.com/en/legal/eula");
    await dialog.getByRole("checkbox", { name: /accept them for Contoso/ }).check();
    await onwards.click();

    await page.waitForURL(`${portal.product.addresses.teamviewer}/oauth2/authorize**`);
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByRole("link", { name: "Go back to the connector" }).click();

    await page.getByRole("heading", { name: "Confirm this account" }).waitFor();
    for (const shown of ["Contoso IT", "it@contoso.example", "Contoso Ltd", "You", "Waiting for confirmation"])
      expect(await page.getByText(shown, { exact: true }).count()).toBe(1);
    await page.getByRole("button", { name: "Confirm and connect" }).click();
    await page.getByText("Sessions can be requested from now on").waitFor();
    expect(await page.getByText("Connected", { exact: true }).count()).toBe(1);
    expect(seen).toEqual([]);
    await page.context().close();
  },
  TIMEOUT_MS,
);

test(
  "an agent finds a device while typing, connects, and has code, links and QR code; the notification is followed live",
  async () => {
    chiara = await portal.open();
    const { page } = chiara;
    await page.goto(`${portal.app}/portal`);
    await signIn(page, "Chiara Agent");
    await page.getByRole("searchbox", { name: "Search" }).pressSequentially("phone-ana");
    await page.getByText("1 device", { exact: true }).waitFor();
    expect(new URL(page.url()).search).toBe("?search=phone-ana");
    await page.getByRole("link", { name: "PHONE-ANA" }).click();
    const session = await connect(page, { reason: "Mail does not open", ticket: "INC0012345" });

    expect(await page.locator(".match-code").textContent()).toBe(session.matchCode);
    const supporter = page.getByRole("link", { name: /Open TeamViewer as supporter/ });
    expect(await supporter.getAttribute("href")).toBe(session.supporterUrl);
    expect(await supporter.getAttribute("rel")).toBe("noopener noreferrer");
    expect(session.supporterUrl).not.toBe(session.endCustomerUrl);
    expect(await scanned(page)).toBe(session.endCustomerUrl);
    await page.getByRole("button", { name: "Copy the link for the user" }).click();
    await page.getByText("Copied").waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(session.endCustomerUrl);
    // Nobody reloads: the page looks by itself.
    await page.getByText(/^Company Portal took it/).waitFor();
  },
  TIMEOUT_MS,
);

test(
  "the user accepts on a phone, in French, and the agent's page shows it by itself",
  async () => {
    const { page, seen } = await portal.open({ locale: "en-GB", width: 360 });
    const session = await shownSession();
    await page.goto(await linkOf(session));
    expect(await page.locator("html").getAttribute("lang")).toBe("fr");
    expect(await page.getByRole("main").textContent()).toContain(session.matchCode);
    await page.getByRole("button", { name: "Accepter" }).click();
    await page.waitForURL(session.endCustomerUrl);
    await chiara.page.locator(".title", { hasText: "Accepted" }).waitFor();
    expect(await chiara.page.getByText("The user accepted").count()).toBe(1);
    expect(seen).toEqual([]);
    await page.context().close();
  },
  TIMEOUT_MS,
);

test(
  "a second session is declined in Arabic; the agent reads it and can start anew",
  async () => {
    await chiara.page.goto(`${portal.app}/portal/devices/${PHONE}`);
    const session = await connect(chiara.page, { reason: "الطابعة لا تعمل", language: "ar" });
    const { page, seen } = await portal.open({ width: 360 });
    await page.goto(await linkOf(session));
    expect(await page.locator("html").getAttribute("dir")).toBe("rtl");
    await page.getByRole("button", { name: "رفض" }).click();
    await chiara.page.locator(".title", { hasText: "Declined" }).waitFor();
    expect(await chiara.page.locator(".match-code").count()).toBe(0);
    await chiara.page.getByRole("link", { name: "Start a new one" }).click();
    await chiara.page.getByRole("heading", { name: "PHONE-ANA" }).waitFor();
    expect(seen).toEqual([]);
    await page.context().close();
  },
  TIMEOUT_MS,
);

test(
  "the agent asks the user again and closes the session after a question",
  async () => {
    const { page, seen } = chiara;
    const session = await connect(page, { reason: "VPN" });
    await page.getByText(/^Company Portal took it/).waitFor();
    await page.getByRole("button", { name: "Ask again" }).click();
    await page.getByText("The user is being asked again.").waitFor();
    await until(() => notificationsOf(session).length === 2);
    await page.getByRole("button", { name: "Close session" }).click();
    const dialog = page.getByRole("dialog", { name: "Close this session?" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(await stateOf(session)).toBe("open");
    await page.getByRole("button", { name: "Close session" }).click();
    await dialog.getByRole("button", { name: "Close it" }).click();
    await page.locator(".title", { hasText: "Closed" }).waitFor();
    expect(await stateOf(session)).toBe("closed");
    expect(seen).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  "an auditor filters the audit, reads names, and exports what is filtered",
  async () => {
    const { page, seen } = await portal.open();
    await page.goto(`${portal.app}/portal/audit`);
    await signIn(page, "Dev Auditor");
    await page.getByRole("cell", { name: "Confirm the account" }).first().waitFor();
    await page.getByLabel("Action").selectOption("session.");
    await page.waitForURL(/action=session\./);
    await page.getByLabel("Device (id)").fill(PHONE);
    await page.getByLabel("Device (id)").press("Enter");
    await page.waitForURL(/device=d0000000/);
    await page
      .getByRole("cell", { name: /Chiara Agent/ })
      .first()
      .waitFor();
    await page.getByRole("cell", { name: "Confirm the account" }).first().waitFor({ state: "detached" });
    const rows = await page.getByRole("row").allTextContents();
    for (const text of rows.slice(1))
      expect(text).toMatch(/(Chiara Agent|The connector itself|User of the device).*PHONE-ANA/);
    for (const word of ["Request a session", "Accept a session", "Decline a session", "Close a session"])
      expect(rows.join()).toContain(word);

    const csv = await exported(page, "Export CSV");
    expect(csv.name).toBe("audit.csv");
    expect(csv.text.split("\n").length).toBeGreaterThan(rows.length);
    const ndjson = await exported(page, "Export NDJSON");
    expect(ndjson.name).toBe("audit.ndjson");
    expect(ndjson.text.trim().split("\n")).toHaveLength(rows.length - 1);
    expect(seen).toEqual([]);
    await page.context().close();
  },
  TIMEOUT_MS,
);

/** From a device's screen to its new session, as the API answered it. */
async function connect(page: Page, said: { reason: string; ticket?: string; language?: string }): Promise<SessionView> {
  await page.getByRole("button", { name: "New remote assistance session" }).click();
  const dialog = page.getByRole("dialog", { name: "New remote assistance session" });
  await dialog.getByLabel("Reason").fill(said.reason);
  await dialog.getByLabel("Ticket").fill(said.ticket ?? "");
  await dialog.getByLabel("Language of the user").selectOption(said.language ?? "");
  const answered = page.waitForResponse((answer) => answer.request().method() === "POST" && answer.status() === 201);
  await dialog.getByRole("button", { name: "Connect" }).click();
  const session = (await (await answered).json()) as SessionView;
  await page.waitForURL(`${portal.app}/portal/sessions/${session.id}`);
  await page.locator(".match-code").waitFor();
  return session;
}

const sessionOf = (id: string) => call<SessionView>(`${portal.app}/api/sessions/${id}`, portal.robot, 200);
const stateOf = async ({ id }: SessionView) => (await sessionOf(id)).state;
/** The session whose page the agent has open. */
const shownSession = () => sessionOf(new URL(chiara.page.url()).pathname.split("/").at(-1) ?? "");

const notificationsOf = ({ matchCode, requestedAt }: SessionView) =>
  portal.product.surroundings.graph
    .notifications(PHONE)
    .filter(({ body, at }) => at >= requestedAt && body.includes(matchCode));

/** The link in the notification that Company Portal shows. */
async function linkOf(session: SessionView): Promise<string> {
  await until(() => notificationsOf(session).length > 0);
  return /https?:\/\/\S+\/h\/[\w-]+/.exec(notificationsOf(session)[0]?.body ?? "")?.[0] ?? "";
}

async function until(isSo: () => boolean) {
  const endMs = performance.now() + 20_000;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error("it did not become so");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What a phone reads from the QR code on the page, whose modules are drawn as squares of a path. */
async function scanned(page: Page): Promise<string> {
  const code = page.getByRole("img", { name: "QR code of the link for the user" });
  const side = Number((await code.getAttribute("viewBox"))?.split(" ")[2]);
  const drawn = new Set((await code.locator("path").getAttribute("d"))?.match(/\d+ \d+(?=h1v1h-1z)/g));
  return readQr(side - 2 * QUIET, (x, y) => drawn.has(`${x + QUIET} ${y + QUIET}`));
}

/** What a button saves: the same as the API answers to the question that the page asked it. */
async function exported(page: Page, button: string): Promise<{ name: string; text: string }> {
  const [download, request] = await Promise.all([
    page.waitForEvent("download"),
    page.waitForRequest(/format=/),
    page.getByRole("button", { name: button }).click(),
  ]);
  await page.getByText("The export was saved.").waitFor();
  const text = await textOf(download);
  const headers = { authorization: `Bearer ${portal.robot}` };
  expect(text).toBe((await ask(request.url(), { headers })).text);
  return { name: download.suggestedFilename(), text };
}

const textOf = async (download: Download) => readFileSync(await download.path(), "utf8");
