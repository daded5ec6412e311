import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type PortalBrowser, signIn, startPortal, TIMEOUT_MS, type Visitor } from "./portal-browser.ts";
import { connectorStates } from "./states/connector-states.ts";
import { deviceStates, PHONE } from "./states/device-states.ts";
import { recordStates } from "./states/record-states.ts";
import { sessionStates } from "./states/session-states.ts";
import { answerWith, expectState, goWithin } from "./states/state.ts";

/** What browsers write into the console about refusals that are meant here. */
const REFUSALS = /status of (4\d\d|5\d\d)|ERR_FAILED|ERR_INTERNET_DISCONNECTED/;

/** One of each kind. */
const inFrench = [...connectorStates, ...deviceStates, ...sessionStates, ...recordStates].filter(({ title }) =>
  ["connected", "consent lost", "devices found", "a device", "session open", "sessions, some", "the audit"].includes(
    title,
  ),
);

let portal: PortalBrowser;
const visitors = new Map<string, Visitor>();
beforeAll(async () => {
  portal = await startPortal();
}, TIMEOUT_MS);
afterAll(() => portal?.stop(), TIMEOUT_MS);

/** Somebody who is signed in, in a browser that is theirs for the whole file. */
async function visitorNamed(name: string): Promise<Visitor> {
  const known = visitors.get(name);
  if (known) return known;
  const visitor = await portal.open({ expected: REFUSALS });
  await visitor.page.goto(`${portal.app}/portal`);
  await signIn(visitor.page, name);
  visitors.set(name, visitor);
  return visitor;
}

describe("Accessible in light and dark, at 360 and 1920 pixels, and with a next step:", () => {
  test.each([...connectorStates, ...deviceStates, ...sessionStates, ...recordStates])(
    "$title",
    async ({ as, path, answers = {}, act, shown, next }) => {
      const { page, seen } = await visitorNamed(as);
      await answerWith(page, answers);
      await goWithin(page, path);
      await act?.(page);
      await expectState(page, { shown, next });
      expect(seen.splice(0)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "signed out",
    async () => {
      const { page, seen } = await portal.open();
      await page.goto(`${portal.app}/portal/audit`);
      await expectState(page, { shown: "Sign in with your work account", next: "Sign in with Microsoft" });
      expect(seen).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

test(
  "signed in while Entra is slow, then refused by an answer that cannot be read",
  async () => {
    const { page, seen } = await portal.open({ expected: REFUSALS });
    await page.goto(`${portal.app}/portal`);
    let answer = (_status: number) => {};
    await page.route(/oauth2\/v2\.0\/token$/, (route) => {
      answer = (status) => void route.fulfill({ status, body: "<html>" });
    });
    await page.getByRole("button", { name: "Sign in with Microsoft" }).click();
    await page.getByRole("button", { name: "Chiara Agent" }).click();
    await expectState(page, { shown: "Loading…", next: undefined });
    answer(500);
    await expectState(page, { shown: "Microsoft did not sign you in", next: "Sign in with Microsoft" });
    expect(seen).toEqual([]);
    await page.context().close();
  },
  TIMEOUT_MS,
);

test(
  "without a connection what was there stays, and is brought up to date when it is back",
  async () => {
    const { page, seen } = await visitorNamed("Chiara Agent");
    await answerWith(page, {});
    await goWithin(page, "/portal/devices?search=PHONE-ANA");
    await page.getByRole("link", { name: "PHONE-ANA" }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole("searchbox").fill("PHONE");
    await expectState(page, { shown: "The connector cannot be reached", next: "Try again" });
    await expectState(page, { shown: "You are offline", next: "PHONE-ANA" });
    await page.context().setOffline(false);
    await page.getByRole("link", { name: "PHONE-NO-MAIL" }).waitFor();
    expect(await page.getByText(/offline|cannot be reached/).count()).toBe(0);
    expect(seen).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  "a device that vanishes under an agent's hands leads back to the search",
  async () => {
    const { page, seen } = await visitorNamed("Chiara Agent");
    const { graph } = portal.product.surroundings;
    const { id } = graph.putDevice({
      deviceName: "SHORT-LIVED",
      operatingSystem: "Windows",
      managementState: "managed",
    });
    await portal.connect();
    await goWithin(page, `/portal/devices/${id}`);
    await page.getByRole("button", { name: "New remote assistance session" }).click();
    graph.removeDevice(id);
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await expectState(page, { shown: "does not have this device any more", next: "Search for devices" });
    await page.getByRole("link", { name: "Search for devices" }).click();
    await page.getByRole("heading", { name: "Devices" }).waitFor();
    expect(seen).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  "TeamViewer's licence and a lost consent are told where Connect is pressed, with the way on",
  async () => {
    const { page, seen } = await visitorNamed("Chiara Agent");
    const { teamviewer } = portal.product.surroundings;
    await goWithin(page, `/portal/devices/${PHONE}`);
    teamviewer.setLimits({ concurrentSessions: 0 });
    await page.getByRole("button", { name: "New remote assistance session" }).click();
    const connect = page.getByRole("button", { name: "Connect", exact: true });
    await connect.click();
    await expectState(page, { shown: "licence allows no more", next: "See all sessions" });
    teamviewer.setLimits({ concurrentSessions: null });
    teamviewer.removeGrants();
    await connect.click();
    await expectState(page, { shown: "TeamViewer needs consent again", next: "Go to the connector" });
    await page.getByRole("link", { name: "Go to the connector" }).click();
    await page.getByText("TeamViewer no longer accepts this connection").waitFor();
    expect(seen).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  "in French every screen is as sound as in English",
  async () => {
    const { page, seen } = await portal.open({ locale: "fr-FR", expected: REFUSALS });
    await page.goto(`${portal.app}/portal`);
    await signIn(page, "Chiara Agent");
    expect(await page.locator("html").getAttribute("lang")).toBe("fr");
    for (const { path, answers = {} } of inFrench) {
      await answerWith(page, answers);
      await goWithin(page, path);
      await expectState(page, { shown: /\S/, next: undefined });
    }
    expect(seen).toEqual([]);
    await page.context().close();
  },
  TIMEOUT_MS,
);
