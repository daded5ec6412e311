import { describe, expect, test } from "@jest/globals";
import { languages, textsIn } from "../../../lib/notifications/languages.ts";

/** Every text of a language by its key, such as `page.accept`. */
function textsByKey(language: string): Record<string, string> {
  const flat = (prefix: string, texts: object): [string, string][] =>
    Object.entries(texts).flatMap(([key, text]) =>
      typeof text === "string" ? [[`${prefix}${key}`, text] as [string, string]] : flat(`${prefix}${key}.`, text),
    );
  return Object.fromEntries(flat("", textsIn(language)));
}

const english = textsByKey("en");
const placeholdersOf = (text = "") => (text.match(/\{[^}]*\}?/g) ?? []).sort();
/** The script that a language is written in. */
const scripts: Record<string, RegExp> = {
  ja: /[\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Han}]/u,
  ko: /\p{scx=Hangul}/u,
  "zh-Hans": /\p{scx=Han}/u,
  ar: /\p{scx=Arabic}/u,
  he: /\p{scx=Hebrew}/u,
};

test("a language that does not exist reads English, whatever it is called", () => {
  for (const language of ["xx", "", "constructor", "__proto__", "EN"]) expect(textsIn(language)).toBe(textsIn("en"));
});

describe.each([...languages])("In the language %s", (language) => {
  const texts = textsByKey(language);

  test("the same texts have the same placeholders", () => {
    expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort());
    const placeholders = (of: Record<string, string>) =>
      Object.entries(of)
        .map(([key, text]) => `${key} ${placeholdersOf(text)}`)
        .sort();
    expect(placeholders(texts)).toEqual(placeholders(english));
  });

  test("no text is empty, still English, or has stray spaces", () => {
    const odd = Object.entries(texts).filter(
      ([key, text]) =>
        text.trim() === "" || text !== text.trim() || / {2}/.test(text) || (language !== "en" && isEnglish(key, text)),
    );
    expect(odd).toEqual([]);
  });

  test("no two texts of the page are the same", () => {
    const ofThePage = Object.entries(texts)
      .filter(([key]) => key.startsWith("page."))
      .map(([, text]) => text);
    expect(new Set(ofThePage).size).toBe(ofThePage.length);
  });

  test("texts are written in its script and with its own marks", () => {
    const script = scripts[language] ?? /\p{scx=Latin}/u;
    const { direction: _, ...words } = texts;
    expect(Object.entries(words).filter(([, text]) => !script.test(text))).toEqual([]);
    const all = Object.values(words).join("\n");
    expect(all).not.toMatch(/['"]/);
    if (language === "fr") expect(all).not.toMatch(/(?<![\u00a0\u202f])[:;?!»]|«(?![\u00a0\u202f])/);
    if (language === "zh-Hans") expect(all).not.toMatch(/[,?:;!]/);
    if (language === "ar") expect(all).not.toMatch(/[,?;]/);
  });

  test("a text that begins with a name does not turn a line around that is read from right to left", () => {
    const { direction } = textsIn(language);
    expect(direction).toBe(["ar", "he"].includes(language) ? "rtl" : "ltr");
    const beginWithName = Object.values(texts).filter((text) => text.startsWith("{"));
    if (direction === "rtl") expect(beginWithName).toEqual([]);
  });
});

const isEnglish = (key: string, text: string) => key !== "direction" && text === english[key];
