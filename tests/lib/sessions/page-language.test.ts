import { expect, test } from "@jest/globals";
import { makePageLanguage } from "../../../lib/sessions/page-language.ts";

const never = () => new Promise<never>(() => {});

/** The language of pages for Ana, whose directory says `preferred` at once, or never. */
function languages({ preferred, isSlow = false }: { preferred?: string; isSlow?: boolean } = {}) {
  const asked: string[] = [];
  const paused: number[] = [];
  const pageLanguage = makePageLanguage({
    userLanguageOf: (userId) => {
      asked.push(userId);
      return isSlow ? never() : Promise.resolve(preferred);
    },
    pause: async (ms) => {
      paused.push(ms);
      if (!isSlow) await never();
    },
    defaultLanguage: "nl",
  });
  return { pageLanguage, asked, paused };
}

test.each([
  ["the agent's wish", { language: "fr", userId: "ana" }, "de-DE", ["it"], "fr"],
  ["else the user's own", { userId: "ana" }, "de-DE", ["it"], "de"],
  ["else the browser's, when nobody knows the user's", { userId: "ana" }, undefined, ["it", "fr"], "it"],
  ["else the browser's, when no page is written in the user's", { userId: "ana" }, "is-IS", ["it"], "it"],
  ["else the browser's, when there is no user", {}, "de-DE", ["it"], "it"],
  ["else the browser's, when no page is written in what the agent wished", { language: "is" }, "de-DE", ["it"], "it"],
  ["else the default", { userId: "ana" }, undefined, ["is"], "nl"],
])("a page speaks %s", async (_title, session, preferred, browser, spoken) => {
  const { pageLanguage } = languages(preferred ? { preferred } : {});
  expect(await pageLanguage(session, browser)).toBe(spoken);
});

test("nobody is asked about a user when the agent said the language, or when there is no user", async () => {
  const { pageLanguage, asked } = languages({ preferred: "de" });
  await pageLanguage({ language: "fr", userId: "ana" }, []);
  await pageLanguage({}, []);
  expect(asked).toEqual([]);
  await pageLanguage({ userId: "ana" }, []);
  expect(asked).toEqual(["ana"]);
});

test("the directory is waited for two seconds, then the browser's language is good enough", async () => {
  const { pageLanguage, paused } = languages({ isSlow: true });
  expect(await pageLanguage({ userId: "ana" }, ["it"])).toBe("it");
  expect(paused).toEqual([2_000]);
});
