import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { chooseLanguage, languages, notificationText, teamsText } from "../../../lib/notifications/texts.ts";
import { anyText } from "../any-text.ts";

const TOKEN = "t".repeat(43);
/** The longest that the settings let through. */
const LONGEST_NAME = "W".repeat(100);
const LONGEST_URL = `https://${"a".repeat(200 - 8)}/h/${TOKEN}`;
const usual = { language: "en", organization: "Contoso", matchCode: "4831", url: `https://help.example/h/${TOKEN}` };
const lengthOf = (text: string) => [...text].length;

test("users are addressed in sixteen languages", () => {
  const all = "en fr de es it pt-BR nl pl ja ko zh-Hans ar he tr sv cs".split(" ");
  expect([...languages].sort()).toEqual(all.sort());
});

test("an English notification says who asks, what to do, the match code and the link", () => {
  expect(notificationText(usual)).toEqual({
    title: "Remote help asks to connect",
    text: `Contoso IT support asks to help on this device. Accept only if you are talking with them and they tell you the match code 4831. https://help.example/h/${TOKEN}`,
  });
});

describe.each([...languages])("In the language %s", (language) => {
  test("title, words, match code and link fit Company Portal with the longest name and address", () => {
    const { title, text } = notificationText({
      language,
      organization: LONGEST_NAME,
      matchCode: "0007",
      url: LONGEST_URL,
    });
    expect(lengthOf(title)).toBeLessThanOrEqual(50);
    expect(title).not.toContain("…");
    expect(lengthOf(text)).toBeLessThanOrEqual(500);
    expect(text).not.toContain("…");
    expect(text).toContain(LONGEST_NAME);
    expect(text).toContain("0007");
    expect(text.endsWith(` ${LONGEST_URL}`)).toBe(true);
  });

  test("an activity in Teams has the same title, and its preview has the match code with the longest name", () => {
    const { title, preview } = teamsText({ language, organization: LONGEST_NAME, matchCode: "0007" });
    expect(title).toBe(notificationText({ ...usual, language }).title);
    expect(lengthOf(preview)).toBeLessThanOrEqual(150);
    expect(preview).toContain("0007");
    const short = teamsText({ language, organization: "Contoso", matchCode: "0007" }).preview;
    expect(short).toContain("Contoso");
    expect(short).not.toMatch(/[…{}]/);
  });

  test("nothing is cut from a usual notification", () => {
    const { text } = notificationText({ ...usual, language });
    expect(text).not.toContain("…");
    expect(text).toContain("Contoso");
    expect(text).not.toMatch(/[{}]/);
  });

  test("the words are its own", () => {
    const english = notificationText(usual);
    const own = notificationText({ ...usual, language });
    expect([own.title === english.title, own.text === english.text]).toEqual(Array(2).fill(language === "en"));
    expect(own.title).toMatch(/\p{L}{2}.*\p{L}{2}/u);
  });
});

test("whatever the organization is called, the link is whole, the code is there and the limits hold", async () => {
  const name = anyText({ minLength: 1, maxLength: 100 });
  const code = fc.integer({ min: 0, max: 9999 }).map((number) => String(number).padStart(4, "0"));
  const path = fc.string({ unit: fc.constantFrom("a", "-", "0", "/"), maxLength: 180 });
  await fc.assert(
    fc.property(name, code, path, fc.constantFrom(...languages), (organization, matchCode, rest, language) => {
      const url = `https://${rest}/h/${TOKEN}`;
      const { title, text } = notificationText({ language, organization, matchCode, url });
      expect(text.endsWith(` ${url}`)).toBe(true);
      expect(text.slice(0, -url.length)).toContain(matchCode);
      expect(lengthOf(text)).toBeLessThanOrEqual(500);
      expect(lengthOf(title)).toBeLessThanOrEqual(50);
      const { preview } = teamsText({ language, organization, matchCode });
      expect(preview).toContain(matchCode);
      expect(lengthOf(preview)).toBeLessThanOrEqual(150);
    }),
    { numRuns: 500 },
  );
});

test("an organization that is called like a placeholder or a replacement pattern is only a name", () => {
  const { text } = notificationText({ ...usual, organization: "{matchCode} $& $1 {organization}" });
  expect(text).toContain("{matchCode} $& $1 {organization} IT support asks");
  expect(text).toContain("the match code 4831.");
});

test("characters are counted as people see them in the limit, code point by code point, and none is halved", () => {
  const { text } = notificationText({ ...usual, organization: "😀".repeat(400) });
  expect(lengthOf(text)).toBe(500);
  expect(text.isWellFormed()).toBe(true);
  // Only the name was cut.
  expect(text).toContain("… IT support asks to help on this device.");
  expect(text).toContain("4831");
});

test("a link that takes nearly all the room is whole all the same; then the words are cut", () => {
  const url = `https://help.example/${"a".repeat(420)}/h/${TOKEN}`;
  const { text } = notificationText({ ...usual, url });
  expect(text).toBe(`… IT suppor… ${url}`);
  expect(lengthOf(text)).toBe(500);
});

test("a name that just fits is whole; one character more, and only the name is cut", () => {
  const { text } = notificationText({ ...usual, organization: "" });
  const room = 500 - lengthOf(text);
  const fits = notificationText({ ...usual, organization: "W".repeat(room) }).text;
  expect(lengthOf(fits)).toBe(500);
  expect(fits).not.toContain("…");
  const cut = notificationText({ ...usual, organization: "W".repeat(room + 1) }).text;
  expect(lengthOf(cut)).toBe(500);
  expect(cut.startsWith(`${"W".repeat(room - 1)}… IT support`)).toBe(true);
});

describe("The language", () => {
  test.each<[(string | undefined)[], string]>([
    [[], "en"],
    [["fr"], "fr"],
    [["fr-CA"], "fr"],
    [["FR_ca"], "fr"],
    [[undefined, "fr"], "fr"],
    [["xx", "fr-FR", "en"], "fr"],
    [["en-GB", "fr"], "en"],
    [["xx"], "en"],
    [[""], "en"],
    [["frr"], "en"],
    [["pt-BR"], "pt-BR"],
    [["pt"], "pt-BR"],
    [["pt-PT", "fr"], "pt-BR"],
    [["PT_br"], "pt-BR"],
    [["zh"], "zh-Hans"],
    [["zh-CN"], "zh-Hans"],
    [["zh-Hans-CN"], "zh-Hans"],
    [["zh-TW"], "zh-Hans"],
    [["ZH-hans"], "zh-Hans"],
    [["iw"], "he"],
    [["iw-IL"], "he"],
    [["ar-SA"], "ar"],
    [["de-AT-1996"], "de"],
    [["is", "nb-NO", "cs"], "cs"],
    [["-fr", "de"], "de"],
    [["constructor"], "en"],
    [["constructor", "fr"], "fr"],
    [["__proto__"], "en"],
  ])("of %j is %s: the first that has texts, else English", (wanted, language) => {
    expect(chooseLanguage(wanted)).toBe(language);
  });

  test("is told from the others by its primary subtag alone", () => {
    expect(new Set(languages.map((tag) => tag.split("-")[0])).size).toBe(languages.length);
  });

  test("that has no texts falls back to English", () => {
    expect(notificationText({ ...usual, language: "xx" })).toEqual(notificationText(usual));
  });

  test("is one that has texts, whatever is wanted", async () => {
    await fc.assert(
      fc.property(fc.array(fc.option(fc.string(), { nil: undefined })), (wanted) => {
        expect(languages).toContain(chooseLanguage(wanted));
      }),
    );
  });
});
