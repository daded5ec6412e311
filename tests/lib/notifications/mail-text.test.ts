import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { languages, textsIn } from "../../../lib/notifications/languages.ts";
import { mailText } from "../../../lib/notifications/mail-text.ts";
import { anyText } from "../any-text.ts";

const URL = `https://help.example/h/${"t".repeat(43)}`;
const usual = {
  language: "en",
  organization: "Contoso",
  matchCode: "4831",
  url: URL,
  device: "PC-001",
  reason: "The VPN does not connect",
};
const tagsOf = (html: string) => html.match(/<[^>]*>/g);
/** What somebody reads, without tags and entities. */
const readOf = (html: string) =>
  html
    .replace(/<title>.*<\/title>/s, "")
    .replace(/<[^>]*>/g, "")
    .replace(
      /&(lt|gt|quot|#39|amp);/g,
      (entity) => ({ "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" })[entity] ?? "&",
    );

describe("An e-mail that asks a user", () => {
  const { subject, html } = mailText(usual);

  test("says in its subject who asks", () => {
    expect(subject).toBe("Contoso IT support asks to help on your device");
  });

  test("says who asks, why, on which device, the match code, and where to answer", () => {
    const read = readOf(html);
    for (const said of [
      "Contoso IT support asks to help on your device PC-001.",
      "The VPN does not connect",
      "4831",
      URL,
    ])
      expect(read).toContain(said);
  });

  test("has the link twice: behind a button, and to be copied whole", () => {
    expect(html.match(/<a href="[^"]*"/g)).toEqual(Array(2).fill(`<a href="${URL}"`));
    expect(html).toContain(`>${URL}</a>`);
  });

  test("loads nothing from anywhere and runs nothing", () => {
    expect(html).not.toMatch(/<(img|script|link|style|iframe|form|svg|object)|url\(|@import|\son\w+=/i);
    expect(html.match(/https?:/g)).toHaveLength(3);
  });

  test("has no line for a reason that was not given", () => {
    const { reason: _, ...without } = usual;
    expect(readOf(mailText(without).html)).not.toMatch(/Why|VPN|undefined/);
  });

  test("has a subject of one line, whatever the organization is called", () => {
    expect(mailText({ ...usual, organization: "Con\r\nBcc: x@y.example\ttoso" }).subject).toBe(
      "Con Bcc: x@y.example toso IT support asks to help on your device",
    );
  });

  test("keeps its tags and says what it is told, whatever that is", async () => {
    const hostile = fc.oneof(
      anyText({ minLength: 1 }),
      fc.constantFrom('"><script>alert(1)</script>', "{device}", "$& $1", "</div>"),
    );
    await fc.assert(
      fc.property(hostile, hostile, hostile, (organization, device, reason) => {
        const odd = mailText({ ...usual, organization, device, reason });
        expect(tagsOf(odd.html)).toEqual(tagsOf(html));
        for (const said of [organization, device, reason]) expect(readOf(odd.html)).toContain(said);
      }),
    );
  });
});

describe.each([...languages])("In the language %s", (language) => {
  const { subject, html } = mailText({ ...usual, language });
  const { direction, mail, page } = textsIn(language);

  test("an e-mail says its language and direction, even where a mail program drops the page around it", () => {
    const said = `lang="${language}" dir="${direction}"`;
    expect(html).toMatch(new RegExp(`^<!doctype html>\\n<html ${said}>`));
    expect(html).toContain(`<div ${said} `);
  });

  test("names, code and link stand isolated from its direction", () => {
    for (const name of ["Contoso", "PC-001"]) expect(html).toContain(`<bdi>${name}</bdi>`);
    expect(html).toContain('<span dir="auto">The VPN does not connect</span>');
    expect(html).toMatch(/<span dir="ltr"[^>]*>4831<\/span>/);
    expect(html).toMatch(/<a [^>]*dir="ltr"[^>]*>https:/);
  });

  test("nothing is left to be filled in, and all of its words are there", () => {
    expect(`${subject}${html}`).not.toMatch(/[{}]/);
    expect(subject).toContain("Contoso");
    const read = readOf(html);
    for (const words of [mail.open, mail.unexpected, mail.button, mail.address, page.warning, page.matchCode, page.why])
      expect(read).toContain(words);
  });
});
