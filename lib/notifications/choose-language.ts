import { languages } from "./languages.ts";

const primaryOf = (tag: string) => tag.split(/[-_]/)[0]?.toLowerCase() ?? "";

/**
 * Each primary subtag stands for one language here: any Portuguese is pt-BR, any Chinese zh-Hans. Old devices still send
 * Hebrew's code that ISO 639 withdrew.
 */
const known = new Map([...languages.map((tag) => [primaryOf(tag), tag] as const), ["iw", "he"]]);

/** The first of `wanted` (BCP 47 tags; undefined is skipped) that has texts, by its primary subtag; English when none has. */
export function chooseLanguage(wanted: readonly (string | undefined)[]): string {
  const found = wanted.map((tag) => known.get(primaryOf(tag ?? ""))).find(Boolean);
  return found ?? "en";
}
