import { expect } from "@jest/globals";
import type { Locator, Page } from "playwright-core";

const MOST_STOPS = 90;
/** What has the focus, by its element's name and text. */
const NAME = `(({ nodeName, textContent }) => nodeName === "BODY" ? nodeName : nodeName + " " + textContent.trim())(document.activeElement)`;
const LOOK = `(() => {
  const focused = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
  const { top, bottom, left, right, width, height } = focused.getBoundingClientRect();
  const isInView = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth && width > 0 && height > 0;
  const isMarked = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
  return { name: ${NAME}, isShown: isInView && isMarked };
})()`;

const isFocused = (control: Locator) => control.evaluate((element) => element.matches(":focus"));

/** Goes to `control` with Tab (or Shift+Tab) as one does who has no mouse: at each stop one sees where one is. */
export async function tabTo(page: Page, control: Locator, key: "Tab" | "Shift+Tab" = "Tab") {
  await control.waitFor({ state: "attached" });
  const stops: string[] = [];
  while (stops.length < MOST_STOPS) {
    await page.keyboard.press(key);
    const { name, isShown } = await page.evaluate<{ name: string; isShown: boolean }>(LOOK);
    stops.push(name);
    if (name !== "BODY" && !isShown) throw new Error(`nobody sees where the focus is after ${stops.join(", ")}`);
    if (await isFocused(control)) return;
  }
  throw new Error(`no ${key} leads to ${String(control)}, only to ${stops.join(", ")}`);
}

/** Goes to `control` and presses `key` there. */
export async function pressAt(page: Page, control: Locator, key: "Enter" | "Space" = "Enter") {
  await tabTo(page, control);
  await page.keyboard.press(key);
}

/** What has the focus: its element's name and text, such as "H1 Devices"; "BODY" when nothing has. */
export async function focusOf(page: Page): Promise<string> {
  return String(await page.evaluate(NAME));
}

/** The focus comes to what `expected` says. */
export async function expectFocus(page: Page, expected: string) {
  const endMs = performance.now() + 10_000;
  while ((await focusOf(page)) !== expected && performance.now() < endMs) await page.waitForTimeout(20);
  expect(await focusOf(page)).toBe(expected);
}
