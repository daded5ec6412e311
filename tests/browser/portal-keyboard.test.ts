import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { expectFocus, focusOf, pressAt, tabTo } from "./by-keyboard.ts";
import { type PortalBrowser, startPortal, TIMEOUT_MS } from "./portal-browser.ts";

let portal: PortalBrowser;
beforeAll(async () => {
  portal = await startPortal();
}, TIMEOUT_MS);
afterAll(() => portal?.stop(), TIMEOUT_MS);

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const link = (page: Page, name: string) => page.getByRole("link", { name, exact: true });

async function signInByKeyboard(page: Page, name: string, path = "/portal") {
  await page.goto(`${portal.app}${path}`);
  await pressAt(page, button(page, "Sign in with Microsoft"));
  await page.waitForURL(/\/authorize\?/);
  await pressAt(page, page.getByRole("button", { name }));
  await page.getByRole("banner").waitFor();
}

test(
  "an administrator enables the connector without a mouse",
  async () => {
    const { page, seen } = await portal.open();
    await signInByKeyboard(page, "Ada Administrator");
    await expectFocus(page, "H1 Connector");

    await pressAt(page, button(page, "Enable"));
    await expectFocus(page, "H2 Enable the connector");
    await page.keyboard.press("Escape");
    await expectFocus(page, "BUTTON Enable");
    await page.keyboard.press("Enter");
    await pressAt(page, page.getByRole("checkbox", { name: /I have read the terms/ }), "Space");
    await pressAt(page, button(page, "Accept and continue to TeamViewer"));

    await page.waitForURL(/oauth2\/authorize/);
    await pressAt(page, button(page, "Allow"));
    await page.waitForURL(/callback/);
    await pressAt(page, link(page, "Go back to the connector"));
    await page.getByRole("heading", { name: "Confirm this account" }).waitFor();
    await expectFocus(page, "H1 Connector");
    await pressAt(page, button(page, "Confirm and connect"), "Space");
    await page.getByText("Sessions can be requested from now on").waitFor();
    // The button is gone; whoever pressed it is not lost.
    await expectFocus(page, "H1 Connector");

    await pressAt(page, button(page, "Disconnect"));
    await page.getByRole("dialog", { name: "Disconnect TeamViewer?" }).waitFor();
    await pressAt(page, button(page, "Cancel"));
    await expectFocus(page, "BUTTON Disconnect");
    expect(seen).toEqual([]);
    await page.context().close();
  },
  TIMEOUT_MS,
);

test(
  "an agent finds a device, connects, asks again and closes without a mouse",
  async () => {
    const { page, seen } = await portal.open();
    await signInByKeyboard(page, "Chiara Agent");
    await expectFocus(page, "H1 Devices");
    await tabTo(page, page.getByRole("searchbox", { name: "Search" }));
    await page.keyboard.type("phone-ana");
    await page.getByText("1 device", { exact: true }).waitFor();
    await pressAt(page, link(page, "PHONE-ANA"));
    await expectFocus(page, "H1 PHONE-ANA");

    await pressAt(page, button(page, "New remote assistance session"));
    await expectFocus(page, "TEXTAREA ");
    await page.keyboard.type("Mail does not open");
    await tabTo(page, page.getByRole("textbox", { name: "Ticket" }));
    await page.keyboard.type("INC0012345");
    const language = page.getByRole("combobox", { name: "Language of the user" });
    await tabTo(page, language);
    await page.keyboard.press("ArrowDown");
    expect(await language.inputValue()).toBe("ar");
    await tabTo(page, page.getByRole("checkbox", { name: "Notify the user" }));
    await pressAt(page, button(page, "Connect"));
    await expectFocus(page, "H1 Session on PHONE-ANA");

    await tabTo(page, link(page, "Open TeamViewer as supporter (opens in a new tab)"));
    await pressAt(page, button(page, "Copy the link for the user"));
    await page.getByText("Copied").waitFor();
    expect(await focusOf(page)).toBe("BUTTON Copy the link for the user");
    await pressAt(page, button(page, "Ask again"), "Space");
    await page.getByText("The user is being asked again.").waitFor();
    expect(await focusOf(page)).toBe("BUTTON Ask again");

    await pressAt(page, button(page, "Close session"));
    await page.getByRole("dialog", { name: "Close this session?" }).waitFor();
    await page.keyboard.press("Escape");
    await expectFocus(page, "BUTTON Close session");
    await page.keyboard.press("Enter");
    await expectFocus(page, "H2 Close this session?");
    await tabTo(page, button(page, "Cancel"));
    await tabTo(page, button(page, "Close it"), "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator(".title", { hasText: "Closed" }).waitFor();
    await expectFocus(page, "H1 Session on PHONE-ANA");
    expect(seen).toEqual([]);
    await page.context().close();
  },
  TIMEOUT_MS,
);

test(
  "every way through the portal ends at a heading: navigation, back, the skip link, a retry, the end of a list",
  async () => {
    const { page } = await portal.open();
    await signInByKeyboard(page, "Chiara Agent", "/portal/health");
    await expectFocus(page, "H1 Health");
    const skip = link(page, "Skip to content");
    await tabTo(page, skip, "Shift+Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("content");
    await tabTo(page, button(page, "Look again"));

    await tabTo(page, link(page, "Sessions"), "Shift+Tab");
    await page.keyboard.press("Enter");
    await expectFocus(page, "H1 Sessions");
    await tabTo(page, page.getByRole("combobox", { name: "State" }));
    await page.keyboard.press("End");
    await page.waitForURL(/state=failed/);
    expect(await focusOf(page)).toMatch(/^SELECT/);
    await pressAt(page, page.getByRole("checkbox", { name: "Only mine" }), "Space");
    await page.waitForURL(/mine=yes/);
    await page.goBack();
    await button(page, "Look again").waitFor();
    expect(await focusOf(page)).toMatch(/^(H1|MAIN) Health/);

    await page.route(/\/api\/devices/, (route) => route.abort());
    await tabTo(page, link(page, "Devices"), "Shift+Tab");
    await page.keyboard.press("Enter");
    await expectFocus(page, "H1 Devices");
    await tabTo(page, button(page, "Try again"));
    await page.unrouteAll();
    await page.keyboard.press("Enter");
    await page.getByText("More than 50 devices").waitFor();
    await expectFocus(page, "H1 Devices");

    await tabTo(page, page.getByRole("searchbox"));
    await page.keyboard.type("WIN-");
    await page.locator("tbody tr:first-child", { hasText: "WIN-" }).waitFor();
    await tabTo(page, button(page, "Load more"));
    // The button keeps the focus until there is no more, and whoever presses it is not taken back to the top.
    for (let presses = 0; presses < 10 && (await focusOf(page)) !== "P That is all."; presses += 1) {
      expect(await focusOf(page)).toBe("BUTTON Load more");
      await page.keyboard.press("Enter");
      await page.getByText("Loading…").waitFor({ state: "detached" });
    }
    await expectFocus(page, "P That is all.");
    expect(await page.getByRole("row").count()).toBeGreaterThan(100);
    await page.context().close();
  },
  TIMEOUT_MS,
);
