import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { Platform } from "../../../lib/devices/device.ts";
import { askPage, declinedPage, failedPage, overPage, reportedPage } from "../../../lib/http/answer-page.ts";
import { callbackPage } from "../../../lib/http/callback-page.ts";
import { pageOf } from "../../../lib/http/page.ts";
import { html } from "../../../lib/notifications/html.ts";
import { languages } from "../../../lib/notifications/texts.ts";
import { anyText } from "../any-text.ts";
import { aSession } from "../sessions/a-session.ts";

type Page = ReturnType<typeof pageOf>;

const APP_STORE = "https://apps.apple.com/app/teamviewer-quicksupport/id661649585";
const GOOGLE_PLAY = "https://play.google.com/store/apps/details?id=com.teamviewer.quicksupport.market";

/** A Content-Security-Policy by directive. */
function policyOf({ headers }: Page): Record<string, string> {
  const directives = (headers["content-security-policy"] ?? "").split(";").map((directive) => directive.trim());
  return Object.fromEntries(directives.map((directive) => directive.split(/ (.*)/s) as [string, string]));
}
const textOf = ({ body }: Page) => String(body);
/** The tags of a page, in order. */
const tagsOf = (page: Page) => textOf(page).match(/<[^>]*>/g);

const outcomes = ["awaitingConfirmation", "refused", "invalid", "failed"] as const;
const on = (platform: Platform) => aSession({ device: { ...aSession().device, platform } });
const userPages = (language: string): Page[] => [
  askPage(aSession({ reason: "VPN" }), "Contoso", language),
  askPage(aSession({ state: "accepted" }), "Contoso", language),
  declinedPage(language),
  reportedPage(language),
  overPage(language),
  failedPage({ status: 503, language, number: "0f0e0d0c" }),
];
const everyPage = (language: string): Page[] => [
  ...userPages(language),
  // Administrators read English and French.
  ...(["en", "fr"].includes(language) ? outcomes : []).map((outcome) => callbackPage(outcome, language)),
];

describe("The page that asks a user", () => {
  const session = aSession({ reason: "The VPN does not connect" });
  const page = askPage(session, "Contoso", "en");

  test("says who asks, why, on which device, and the match code", () => {
    for (const fact of ["Contoso", "The VPN does not connect", "PHONE-ANA", "4831"])
      expect(textOf(page)).toContain(fact);
  });

  test("posts one of three answers to its own address and holds no link to TeamViewer", () => {
    expect(tagsOf(page)?.filter((tag) => tag.startsWith("<form"))).toEqual(['<form method="post">']);
    expect(tagsOf(page)?.filter((tag) => tag.startsWith("<button"))).toEqual([
      '<button class="primary" name="answer" value="accept">',
      '<button name="answer" value="decline">',
      '<button class="quiet" name="answer" value="not-requested">',
    ]);
    expect(textOf(page)).not.toContain("teamviewer.com");
  });

  test("may lead on to TeamViewer by its form, and nowhere else", () => {
    expect(policyOf(page)["form-action"]).toBe("'self' https://get.teamviewer.com");
    expect(policyOf(overPage("en"))["form-action"]).toBe("'self'");
  });

  test("has no line for a reason that was not given", () => {
    const line = "<dt>Why</dt><dd><bdi>The VPN does not connect</bdi></dd>";
    expect(textOf(page)).toContain(line);
    expect(textOf(askPage(aSession(), "Contoso", "en"))).toBe(textOf(page).replace(line, ""));
  });

  test("says that it was accepted already, and leads on instead of asking again", () => {
    const buttons = (asked: Page) => textOf(asked).match(/(?<=<button[^>]*>)[^<]+/g);
    const accepted = askPage(aSession({ state: "accepted" }), "Contoso", "en");
    expect(textOf(accepted)).toContain("<h1>You accepted</h1>");
    expect(textOf(accepted)).toMatch(/<p>[^<]*decline after all[^<]*<\/p>\s*<dl>/);
    expect(buttons(accepted)).toEqual(["Go on to TeamViewer", "Decline", "I did not ask for this"]);
    expect(textOf(page)).not.toContain("You accepted");
    expect(textOf(page)).toMatch(/<\/h1>\s*<dl>/);
    expect(buttons(page)).toEqual(["Accept", "Decline", "I did not ask for this"]);
  });

  test("says the first name of the agent before the organization, where it is to be read", () => {
    const named = askPage(aSession({ agentName: "Bruno" }), "Contoso", "en");
    expect(textOf(named)).toContain("<dt>Who asks</dt><dd><bdi>Bruno</bdi><br><bdi>Contoso</bdi></dd>");
    expect(textOf(page)).toContain("<dt>Who asks</dt><dd><bdi>Contoso</bdi></dd>");
  });

  test.each<[Platform, RegExp, string[]]>([
    ["windows", /TeamViewer opens, or its small program QuickSupport is downloaded/, []],
    ["macos", /TeamViewer opens, or its small program QuickSupport is downloaded/, []],
    ["linux", /TeamViewer opens, or its small program QuickSupport is downloaded/, []],
    ["ios", /App Store.*start the screen broadcast yourself/s, [APP_STORE]],
    ["ipados", /App Store.*start the screen broadcast yourself/s, [APP_STORE]],
    ["android", /Google Play.*Allow the connection when QuickSupport asks/s, [GOOGLE_PLAY]],
  ])("says what happens next on %s", (platform, said, links) => {
    const text = textOf(askPage(on(platform), "Contoso", "en"));
    expect(text).toMatch(said);
    expect(text).toContain("Nobody can see your screen before you allow it.");
    expect(text.match(/<a [^>]*>/g) ?? []).toEqual(links.map((link) => `<a href="${link}" rel="noreferrer">`));
    if (links.length === 0) expect(text).not.toMatch(/App Store|Google Play|broadcast/);
  });

  test("lets the keyboard reach the answers first", () => {
    const focusable = textOf(page).match(/<(a|button)\b/g);
    expect(focusable).toEqual(["<button", "<button", "<button", "<a"]);
  });

  test.each([...languages])("has at most 12 KB in the language %s, however long what it says", (language) => {
    const longest = aSession({
      agentName: "ش".repeat(40),
      reason: "'".repeat(500),
      device: { ...session.device, name: "'".repeat(250) },
    });
    const { body } = askPage(longest, "'".repeat(100), language);
    expect(Buffer.byteLength(String(body))).toBeLessThanOrEqual(12 * 1024);
  });

  test("keeps its tags, whatever an agent, a device or an organization is called", async () => {
    const hostile = fc.oneof(anyText({ minLength: 1 }), fc.constant('"><script>alert(1)</script>'));
    await fc.assert(
      fc.property(hostile, hostile, hostile, (reason, name, organization) => {
        const odd = askPage({ ...session, reason, device: { ...session.device, name } }, organization, "en");
        expect(tagsOf(odd)).toEqual(tagsOf(page));
      }),
    );
  });
});

describe.each([...languages, "xx"])("In the language %s", (language) => {
  const pages = everyPage(language);
  const direction = ["ar", "he"].includes(language) ? "rtl" : "ltr";

  test("every page is a whole page that says its language", () => {
    for (const page of pages) {
      expect(textOf(page)).toMatch(new RegExp(`^<!doctype html>\n<html lang="${language}" dir="${direction}">`));
      expect(page.headers["content-language"]).toBe(language);
      expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    }
  });

  test("no page runs a script, is framed, or takes anything from elsewhere", () => {
    for (const page of pages) {
      const style = /<style>(.*)<\/style>/s.exec(textOf(page))?.[1] ?? "";
      expect(policyOf(page)).toMatchObject({
        "default-src": "'none'",
        "style-src": `'sha256-${createHash("sha256").update(style).digest("base64")}'`,
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
      });
      expect(textOf(page)).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|\sstyle=|javascript:/i);
    }
  });

  test("no page has a heading, sentence, term or button without words", () => {
    for (const page of pages) {
      const elements = [...textOf(page).matchAll(/<(title|h1|h2|p|dt|bdi|li|a|button)\b[^>]*>([^<]*)<\//g)];
      expect(elements.length).toBeGreaterThan(2);
      expect(elements.filter(([, , words = ""]) => !/[\p{L}\d]{2}/u.test(words))).toEqual([]);
    }
  });

  test("every page reads well on a phone, and no search engine lists it", () => {
    for (const page of pages) {
      expect(textOf(page)).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
      expect(textOf(page)).toContain('<meta name="robots" content="noindex">');
    }
  });

  test("every page follows dark mode and shows where the keyboard is", () => {
    for (const page of pages) {
      const style = /<style>(.*)<\/style>/s.exec(textOf(page))?.[1] ?? "";
      expect(style).toMatch(/color-scheme: light dark/);
      expect(style).toMatch(/:focus-visible[^}]*outline: [^}]+/);
    }
  });

  test("every page has a title of its own, the same as its heading", () => {
    const titles = pages.map((page) => /<title>(.*)<\/title>/.exec(textOf(page))?.[1]);
    const headings = pages.map((page) => /<h1>(.*)<\/h1>/.exec(textOf(page))?.[1]);
    expect(headings).toEqual(titles);
    expect(new Set(titles).size).toBe(pages.length);
  });
});

const others = languages.filter((language) => language !== "en");
test.each([
  ...others.map((language) => ["users", language, userPages] as const),
  ["administrators", "fr", everyPage] as const,
])("pages for %s share no sentence in %s and in English, and both have the same tags", (_title, language, pagesIn) => {
  const [english, own] = [pagesIn("en"), pagesIn(language)];
  const sentences = (page: Page): string[] => textOf(page).match(/(?<=<(p|li|h2|dt|a [^>]*|button[^>]*)>)[^<]+/g) ?? [];
  expect(own).toHaveLength(english.length);
  for (const [index, page] of english.entries()) {
    const other = own[index] ?? page;
    expect(sentences(page).filter((sentence) => sentences(other).includes(sentence))).toEqual([]);
    expect(tagsOf(other)?.slice(2)).toEqual(tagsOf(page)?.slice(2));
  }
});

test("a language that there is no text in reads English", () => {
  expect(textOf(overPage("xx")).replace('lang="xx"', 'lang="en"')).toBe(textOf(overPage("en")));
  expect(textOf(callbackPage("failed", "xx")).replace('lang="xx"', 'lang="en"')).toBe(
    textOf(callbackPage("failed", "en")),
  );
});

test("a link that is over is not found; how a consent ended shows in the status", () => {
  expect([overPage("en").status, declinedPage("en").status]).toEqual([404, 200]);
  expect(outcomes.map((outcome) => callbackPage(outcome, "en").status)).toEqual([200, 200, 400, 502]);
});

test("a title is escaped too", () => {
  const page = pageOf({ status: 200, language: "en", title: "</title><script>", content: html`` });
  expect(textOf(page)).not.toContain("<script>");
});
