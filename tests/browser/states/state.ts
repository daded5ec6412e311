import { expect } from "@jest/globals";
import type { Page } from "playwright-core";
import { expectAccessible } from "../a-browser.ts";

/** What the API answers instead of its own answer; `never`: nothing, for as long as one looks. */
export type Answer = "never" | "cut" | { status?: number; json: unknown; headers?: Record<string, string> };

/** One state of one screen: how it comes about, what stands there, and the next step that is offered. */
export type State = {
  title: string;
  as: string;
  path: string;
  /** By path of the API, without its query. */
  answers?: Record<string, Answer>;
  /** What is done on the screen first. */
  act?: (page: Page) => Promise<void>;
  shown: string | RegExp;
  /** The name of the button or link that leads on; undefined where nothing has to be done. */
  next: string | RegExp | undefined;
};

/** A problem as the API tells it. */
export const problem = (
  status: number,
  code: string,
  more: { headers?: Record<string, string>; reasons?: unknown } = {},
) => ({
  status,
  json: {
    type: `urn:problem:${code}`,
    title: "Title",
    status,
    detail: `The detail of ${code}.`,
    code,
    reasons: more.reasons,
  },
  headers: { "content-type": "application/problem+json", ...more.headers },
});

/** Puts `answers` in the place of the API's own, for the next page that this visitor opens. */
export async function answerWith(page: Page, answers: Record<string, Answer>) {
  await page.unrouteAll({ behavior: "ignoreErrors" });
  for (const [path, answer] of Object.entries(answers)) {
    await page.route(
      (url) => url.pathname === path,
      (route) => {
        if (answer === "never") return;
        if (answer === "cut") return route.abort();
        return route.fulfill({ status: answer.status ?? 200, json: answer.json, headers: answer.headers ?? {} });
      },
    );
  }
}

/** Shows another place without a reload, anew even if it is the one that is shown. */
export async function goWithin(page: Page, path: string) {
  for (const each of ["/portal/nowhere", path]) {
    await page.evaluate(
      `history.pushState(null, "", ${JSON.stringify(each)}), dispatchEvent(new PopStateEvent("popstate"))`,
    );
    await page.evaluate("new Promise((resolve) => setTimeout(resolve))");
  }
}

/** The state is there, light and dark, narrow and wide, whole and for everybody, with its next step. */
export async function expectState(page: Page, { shown, next }: Pick<State, "shown" | "next">) {
  await page.getByText(shown).first().waitFor();
  const dialog = page.getByRole("dialog");
  const place = (await dialog.count()) > 0 ? dialog : page.getByRole("main");
  if (next !== undefined) {
    const step = place.getByRole("link", { name: next }).or(place.getByRole("button", { name: next }));
    expect(await step.first().isEnabled()).toBe(true);
  }
  expect(await page.locator("h1").count()).toBe(1);
  const text = (await page.locator("body").textContent()) + (await page.title());
  expect(text).not.toMatch(/\bat \S+ \(|\{"|\[object |\bundefined\b|\bnull\b|\bNaN\b|Invalid Date|urn:problem|\{\w+\}/);
  for (const [colorScheme, width] of [
    ["light", 1920],
    ["dark", 360],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    await expectAccessible(page);
  }
}
