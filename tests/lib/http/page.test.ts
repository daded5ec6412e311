import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { askPage, declinedPage, overPage } from "../../../lib/http/answer-page.ts";
import { callbackPage } from "../../../lib/http/callback-page.ts";
import { html, pageOf } from "../../../lib/http/page.ts";
import { languages } from "../../../lib/notifications/texts.ts";
import { anyText } from "../any-text.ts";
import { aSession } from "../sessions/a-session.ts";

type Page = ReturnType<typeof pageOf>;

/** A Content-Security-Policy by directive. */
function policyOf({ headers }: Page): Record<string, string> {
  const directives = (headers["content-security-policy"] ?? "").split(";").map((directive) => directive.trim());
  return Object.fromEntries(directives.map((directive) => directive.split(/ (.*)/s) as [string, string]));
}
const textOf = ({ body }: Page) => String(body);
/** The tags of a page, in order. */
const tagsOf = (page: Page) => textOf(page).match(/<[^>]*>/g);

const outcomes = ["awaitingConfirmation", "refused", "invalid", "failed"] as const;
const everyPage = (language: string): Page[] => [
  askPage(aSession({ reason: "VPN" }), "Contoso", language),
  askPage(aSession({ state: "accepted" }), "Contoso", language),
  declinedPage(language),
  overPage(language),
  ...outcomes.map((outcome) => callbackPage(outcome, language)),
];

describe("Text in HTML", () => {
  test("is escaped, HTML is not", () => {
    const inner = html`<b>${"<i>"}</b>`;
    expect(html`${`&<>"'`}${inner}${undefined}`.html).toBe("&amp;&lt;&gt;&quot;&#39;<b>&lt;i&gt;</b>");
  });

  test("can neither open a tag nor leave an attribute, and reads the same again", async () => {
    const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
    const hostile = fc.oneof(
      anyText(),
      fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "a", ";", "lt", "amp") }),
    );
    await fc.assert(
      fc.property(hostile, (text) => {
        const made = html`${text}`.html;
        expect(made).not.toMatch(/[<>"']/);
        expect(made.replace(/&(lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? "")).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

describe("The page that asks a user", () => {
  const session = aSession({ reason: "The VPN does not connect" });
  const page = askPage(session, "Contoso", "en");

  test("says who asks, why, on which device, and the match code", () => {
    for (const fact of ["Contoso", "The VPN does not connect", "PHONE-ANA", "4831"])
      expect(textOf(page)).toContain(fact);
  });

  test("posts accept or decline to its own address and holds no link to TeamViewer", () => {
    expect(tagsOf(page)?.filter((tag) => tag.startsWith("<form"))).toEqual(['<form method="post">']);
    expect(tagsOf(page)?.filter((tag) => tag.startsWith("<button"))).toEqual([
      '<button class="primary" name="answer" value="accept">',
      '<button name="answer" value="decline">',
    ]);
    expect(textOf(page)).not.toContain("teamviewer.com");
  });

  test("may lead on to TeamViewer by its form, and nowhere else", () => {
    expect(policyOf(page)["form-action"]).toBe("'self' https://get.teamviewer.com");
    expect(policyOf(overPage("en"))["form-action"]).toBe("'self'");
  });

  test("has no line for a reason that was not given", () => {
    const line = "<dt>Why</dt><dd>The VPN does not connect</dd>";
    expect(textOf(page)).toContain(line);
    expect(textOf(askPage(aSession(), "Contoso", "en"))).toBe(textOf(page).replace(line, ""));
  });

  test("says that it was accepted already, and leads on instead of asking again", () => {
    const buttons = (asked: Page) => textOf(asked).match(/(?<=<button[^>]*>)[^<]+/g);
    const accepted = askPage(aSession({ state: "accepted" }), "Contoso", "en");
    expect(textOf(accepted)).toContain("<h1>You accepted</h1>");
    expect(textOf(accepted)).toMatch(/<p>[^<]*decline after all[^<]*<\/p>\s*<dl>/);
    expect(buttons(accepted)).toEqual(["Go on to TeamViewer", "Decline"]);
    expect(textOf(page)).not.toContain("You accepted");
    expect(textOf(page)).toMatch(/<\/h1>\s*<dl>/);
    expect(buttons(page)).toEqual(["Accept", "Decline"]);
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

  test("every page is a whole page that says its language", () => {
    for (const page of pages) {
      expect(textOf(page)).toMatch(new RegExp(`^<!doctype html>\n<html lang="${language}">`));
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
      const elements = [...textOf(page).matchAll(/<(title|h1|p|dt|dd|button)\b[^>]*>([^<]*)<\//g)];
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

test("pages in French and in English share no sentence, and both have the same tags", () => {
  const [english, french] = [everyPage("en"), everyPage("fr")];
  const sentences = (page: Page): string[] => textOf(page).match(/(?<=<p>)[^<]+/g) ?? [];
  for (const [index, page] of english.entries()) {
    const other = french[index] ?? page;
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
