import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { type Receiver, startReceiver } from "../receiver.ts";
import { expectAccessible } from "./a-browser.ts";
import { type PortalBrowser, signIn, startPortal, TIMEOUT_MS } from "./portal-browser.ts";

let portal: PortalBrowser;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  portal = await startPortal();
}, TIMEOUT_MS);
afterAll(async () => {
  await portal?.stop();
  await receiver?.close();
}, TIMEOUT_MS);

test(
  "an administrator registers a webhook, keeps its secret, tries it out, pauses, resumes, renews and deletes it",
  async () => {
    const { page, seen } = await portal.open({ scheme: "dark", width: 360 });
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    const settled = async () => expectAccessible(page);
    await page.goto(`${portal.app}/portal/webhooks`);
    await signIn(page, "Ada Administrator");
    await page.getByText("Nobody is told yet").waitFor();
    await settled();

    await button("New webhook").click();
    await page.getByLabel("Address").fill(`${receiver.url}/in?key=not-to-be-shown`);
    await page.getByLabel("connector.connected").uncheck();
    await settled();
    await button("Register").click();
    const secret = (await page.locator("dialog code", { hasText: /^whsec_/ }).textContent()) ?? "";
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    await settled();
    await button("Copy the secret").click();
    await page.getByText("Copied").waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(secret);
    await button("I have kept it").click();
    expect(await page.getByRole("dialog").count()).toBe(0);

    await page.getByRole("link", { name: receiver.url }).click();
    await button("Send a test event").click();
    await page.getByText("It took the test event.").waitFor();
    const { headers, body } = receiver.received.at(-1) ?? { headers: {}, body: "" };
    expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
    await page.reload();
    await page.getByRole("row", { name: /webhook\.test.*Delivered.*204/ }).waitFor();
    await settled();
    expect(await page.locator("body").textContent()).not.toContain("not-to-be-shown");
    expect(await page.locator("body").textContent()).not.toContain(secret);

    receiver.answer(500);
    await button("Send a test event").click();
    await page.getByText("It did not take the test event (500).").waitFor();
    receiver.answer(204);
    await button("Pause").click();
    await page.getByText("Paused").waitFor();
    await settled();
    await button("Resume").click();
    await page.getByText("Active").waitFor();

    await button("New secret").click();
    await settled();
    await button("Make a new secret").click();
    const renewed = (await page.locator("dialog code", { hasText: /^whsec_/ }).textContent()) ?? "";
    expect(renewed).toMatch(/^whsec_/);
    expect(renewed).not.toBe(secret);
    await page.keyboard.press("Escape");

    await button("Delete").click();
    await button("Cancel").click();
    await button("Delete").click();
    await button("Delete it").click();
    await page.getByText("Nobody is told yet").waitFor();
    expect(page.url()).toBe(`${portal.app}/portal/webhooks`);
    expect(seen).toEqual([]);
    await page.context().close();
  },
  TIMEOUT_MS,
);

test(
  "one that has not agreed says what its target has to do, and is asked again",
  async () => {
    receiver.agree("no");
    const { page, seen } = await portal.open();
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    await page.goto(`${portal.app}/portal/webhooks`);
    await signIn(page, "Ada Administrator");
    await button("New webhook").click();
    await page.getByLabel("Address").fill(`${receiver.url}/later`);
    await button("Register").click();
    await button("I have kept it").click();
    await page.getByRole("link", { name: `${receiver.url}/later` }).click();
    await page.getByText("Has not agreed").waitFor();
    await page.getByText("WebHook-Allowed-Origin").waitFor();
    await expectAccessible(page);
    receiver.agree("handshake");
    await button("Ask it to agree again").click();
    await page.getByText("Active").waitFor();
    expect(await page.getByText("WebHook-Allowed-Origin").count()).toBe(0);
    expect(seen).toEqual([]);
    await page.context().close();
  },
  TIMEOUT_MS,
);

test(
  "an address that cannot be a target is refused in place, in the connector's words",
  async () => {
    const { page } = await portal.open({ locale: "fr-FR", expected: /400/ });
    await page.goto(`${portal.app}/portal/webhooks`);
    await signIn(page, "Ada Administrator");
    await page.getByRole("button", { name: "Nouveau webhook" }).click();
    await page.getByLabel("Adresse").fill("https://user:password@hooks.example/in");
    await page.getByRole("button", { name: "Enregistrer" }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("dialog").count()).toBe(1);
    await expectAccessible(page);
    await page.context().close();
  },
  TIMEOUT_MS,
);

test(
  "whoever may not change the connector is told so",
  async () => {
    const { page } = await portal.open();
    await page.goto(`${portal.app}/portal/webhooks`);
    await signIn(page, "Chiara Agent");
    await page.getByRole("heading", { name: "You are not allowed to see this" }).waitFor();
    expect(await page.getByRole("navigation").getByRole("link", { name: "Webhooks" }).count()).toBe(0);
    await page.context().close();
  },
  TIMEOUT_MS,
);
