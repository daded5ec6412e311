import { languages } from "./languages.ts";

/** Primary subtags whose language is known by another tag: the one kind of Portuguese and Chinese there is, and Hebrew's old code. */
const others: Record<string, string> = { pt: "pt-BR", zh: "zh-Hans", iw: "he" };

const known = new Map(
  [...languages.map((tag) => [tag, tag] as const), ...Object.entries(others)]
    .filter(([, tag]) => languages.includes(tag))
    .map(([asked, tag]) => [asked.toLowerCase(), tag]),
);

/**
 * The first of `wanted` (BCP 47 tags; undefined is skipped) that has texts, by the whole tag or else by its primary
 * subtag (RFC 4647 section 3.4); English when none has.
 */
export function chooseLanguage(wanted: readonly (string | undefined)[]): string {
  for (const tag of wanted) {
    const asked = (tag ?? "").toLowerCase().replaceAll("_", "-");
    const found = known.get(asked) ?? known.get(asked.split("-")[0] ?? "");
    if (found) return found;
  }
  return "en";
}
