import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { principals } from "../../infra/local/principals.ts";
import { type PortalBrowser, signIn, startPortal, TIMEOUT_MS, type Visitor } from "./portal-browser.ts";

const MINUTE_MS = 60_000;
const REFUSALS = /status of 40[0-9]/;

let portal: PortalBrowser;
let visitor: Visitor;
beforeAll(async () => {
  portal = await startPortal({ INTUNE_RBAC: "on" });
  await portal.connect();
}, TIMEOUT_MS);
afterEach(async () => {
  const { entra } = portal.product.surroundings;
  entra.clearFaults();
  entra.setUpOnBehalfOf();
  expect(visitor.seen).toEqual([]);
  await visitor.page.context().close();
});
afterAll(() => portal?.stop(), TIMEOUT_MS);

/** Opens an address of the portal in a fresh browser. */
async function openAt(path: string): Promise<Page> {
  visitor = await portal.open({ expected: REFUSALS });
  await visitor.page.goto(`${portal.app}${path}`);
  return visitor.page;
}

/** Goes to Entra and stays there; answers the state that Entra has to give back. */
async function leaveForEntra(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Sign in with Microsoft" }).click();
  await page.waitForURL(/\/authorize\?/);
  return new URL(page.url()).searchParams.get("state") ?? "";
}

/** Signed out, with a reason, at a clean address and with a way on. */
async function expectRefused(page: Page, said: string, at: string) {
  const message = page.getByRole("alert");
  await message.waitFor();
  expect(await message.textContent()).toContain(said);
  expect(page.url()).toBe(`${portal.app}${at}`);
  await signIn(page, "Dev Auditor");
  expect(page.url()).toBe(`${portal.app}${at}`);
}

const grants = (type: string) =>
  portal.product.surroundings.entra.journal.filter(({ body }) => new URLSearchParams(body).get("grant_type") === type);

describe("Signing in", () => {
  test(
    "leads to the address that was opened; a reload keeps the person without a question",
    async () => {
      const page = await openAt("/portal/audit?action=session.#part");
      await signIn(page, "Dev Auditor");
      await page.getByRole("heading", { name: "Audit" }).waitFor();
      expect(page.url()).toBe(`${portal.app}/portal/audit?action=session.`);
      expect(await page.getByLabel("Action").inputValue()).toBe("session.");
      const asked: string[] = [];
      page.on("request", (request) => request.url().includes("/authorize") && asked.push(request.url()));
      await page.reload();
      await page.getByRole("heading", { name: "Audit" }).waitFor();
      expect(page.url()).toBe(`${portal.app}/portal/audit?action=session.`);
      expect(asked.map((url) => new URL(url).searchParams.get("prompt"))).toEqual(["none"]);
    },
    TIMEOUT_MS,
  );

  test(
    "is silent about a sign-in at Entra that ended meanwhile: it just asks",
    async () => {
      const page = await openAt("/portal/health");
      await signIn(page, "Dev Auditor");
      await page.context().clearCookies();
      await page.reload();
      await page.getByRole("button", { name: "Sign in with Microsoft" }).waitFor();
      expect(await page.getByRole("alert").count()).toBe(0);
      expect(page.url()).toBe(`${portal.app}/portal/health`);
    },
    TIMEOUT_MS,
  );

  test(
    "tells in Entra's words why it was refused",
    async () => {
      const page = await openAt("/portal/health");
      const state = await leaveForEntra(page);
      const refusal = new URLSearchParams({
        error: "access_denied",
        error_description: "AADSTS50105: <b>No</b>",
        state,
      });
      await page.goto(`${portal.app}/portal#${refusal}`);
      await expectRefused(page, "AADSTS50105: <b>No</b>", "/portal/health");
    },
    TIMEOUT_MS,
  );

  test.each([
    ["a forged state", "#code=stolen&state=forged"],
    ["a forged state in the query", "?code=stolen&state=forged"],
    ["an error that nobody asked for", "#error=server_error&state=forged"],
  ])(
    "takes no answer with %s, and each start once",
    async (_title, answer) => {
      const page = await openAt("/portal/health");
      const state = await leaveForEntra(page);
      const before = grants("authorization_code").length;
      await page.goto(`${portal.app}/portal${answer}`);
      await page.getByRole("alert").waitFor();
      // Not even asked about: the code may be somebody else's.
      expect(grants("authorization_code")).toHaveLength(before);
      await page.goto(`${portal.app}/portal?again#code=stolen&state=${state}`);
      await expectRefused(page, "Microsoft did not sign you in", "/portal");
    },
    TIMEOUT_MS,
  );

  test(
    "takes no answer twice, and no code that was given to somebody else",
    async () => {
      const page = await openAt("/portal/health");
      const answers: string[] = [];
      page.on("framenavigated", (frame) => answers.push(frame.url()));
      await signIn(page, "Dev Auditor");
      const answer = answers.find((url) => url.includes("code=")) ?? "";
      await page.goto("about:blank");
      await page.goto(answer);
      await page.getByRole("alert").waitFor();
      expect(page.url()).toBe(`${portal.app}/portal`);

      const state = await leaveForEntra(page);
      const code = new URLSearchParams(new URL(answer).hash.slice(1)).get("code") ?? "";
      await page.goto(`${portal.app}/portal#${new URLSearchParams({ code, state })}`);
      await expectRefused(page, "AADSTS54005", "/portal");
    },
    TIMEOUT_MS,
  );
});

describe("Whoever is signed in", () => {
  test(
    "signs out for good: a reload, the way back and what the browser kept show nothing",
    async () => {
      const page = await openAt("/portal/devices");
      await signIn(page, "Bruno Agent");
      await page.getByRole("row").nth(1).waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      const signInButton = page.getByRole("button", { name: "Sign in with Microsoft" });
      await signInButton.waitFor();
      await page.reload();
      await signInButton.waitFor();
      await page.goBack();
      await signInButton.waitFor();
      expect(await page.getByRole("table").count()).toBe(0);
      // A page that the browser kept as it was comes back with all that it knew, unless it starts anew.
      const reloaded = page.waitForEvent("load");
      await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
      await reloaded;
      await signInButton.waitFor();
    },
    TIMEOUT_MS,
  );

  test(
    "gets a new token in silence when theirs is near its end",
    async () => {
      const page = await openAt("/portal/devices");
      await signIn(page, "Bruno Agent");
      await page.getByRole("row").nth(1).waitFor();
      const before = grants("refresh_token").length;
      await page.clock.setFixedTime(Date.now() + 59.2 * MINUTE_MS);
      await page.getByRole("searchbox").fill("phone-ana");
      await page.getByText("1 device", { exact: true }).waitFor();
      expect(grants("refresh_token")).toHaveLength(before + 1);
      // Without it, Entra takes a portal that shares the API's registration for one that asks for a token of itself (AADSTS90009).
      const form = new URLSearchParams(grants("refresh_token").at(-1)?.body);
      expect(form.get("scope")).toMatch(/^api:\/\/\S+\/access_as_user /);
    },
    TIMEOUT_MS,
  );

  test(
    "is told in place that the sign-in is over, and comes back to the same place",
    async () => {
      const page = await openAt("/portal/devices");
      await signIn(page, "Bruno Agent");
      await page.getByRole("row").nth(1).waitFor();
      const body = { error: "invalid_grant", error_description: "AADSTS700084" };
      const headers = { "access-control-allow-origin": "*" };
      portal.product.surroundings.entra.addFault({ path: "/token$", status: 400, headers, body, times: 0 });
      await page.clock.setFixedTime(Date.now() + 59.2 * MINUTE_MS);
      await page.getByRole("searchbox").fill("phone-ana");
      await page.getByText("Your sign-in is over").waitFor();
      expect(await page.getByRole("banner").count()).toBe(1);
      portal.product.surroundings.entra.clearFaults();
      await page.clock.setFixedTime(Date.now());
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("button", { name: "Bruno Agent" }).click();
      await page.getByText("1 device", { exact: true }).waitFor();
      expect(page.url()).toBe(`${portal.app}/portal/devices?search=phone-ana`);
    },
    TIMEOUT_MS,
  );

  test(
    "is told in place that a role was lost, and what is missing after signing in again",
    async () => {
      const page = await openAt("/portal/devices");
      await signIn(page, "Bruno Agent");
      await page.getByRole("row").nth(1).waitFor();
      const bruno = principals.find(({ name }) => name === "Bruno Agent");
      const roles = bruno?.roles.splice(0) ?? [];
      try {
        await page.clock.setFixedTime(Date.now() + 59.2 * MINUTE_MS);
        await page.getByRole("searchbox").fill("phone-ana");
        await page.getByText("Ask an administrator for the role RemoteAssistance.Request").waitFor();
        await page.clock.setFixedTime(Date.now());
        await page.getByRole("button", { name: "Sign in again" }).click();
        await page.getByRole("button", { name: "Bruno Agent" }).click();
        await page.getByRole("heading", { name: "You are signed in, but have no role here" }).waitFor();
      } finally {
        bruno?.roles.push(...roles);
      }
    },
    TIMEOUT_MS,
  );

  test(
    "is led to Entra with the claims that a policy asks for",
    async () => {
      portal.product.surroundings.entra.setUpOnBehalfOf({ acrs: "c1" });
      const page = await openAt("/portal/devices/d0000000-0000-4000-8000-000000000002");
      await leaveForEntra(page);
      await page.getByRole("button", { name: "Chiara Agent" }).click();
      await page.waitForURL(/\/authorize\?.*claims=/);
      const claims = new URL(page.url()).searchParams.get("claims");
      expect(JSON.parse(claims ?? "")).toEqual({ access_token: { acrs: { essential: true, value: "c1" } } });
      portal.product.surroundings.entra.setUpOnBehalfOf();
      await page.getByRole("button", { name: "Chiara Agent" }).click();
      await page.getByRole("heading", { name: "PC-001" }).waitFor();
    },
    TIMEOUT_MS,
  );
});
