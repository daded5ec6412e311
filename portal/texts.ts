import { en, type TextKey } from "./texts/en.ts";
import { fr } from "./texts/fr.ts";

export type { TextKey } from "./texts/en.ts";

const catalogues: Record<string, Record<TextKey, string>> = { en, fr };

/** The portal's words, times and names of languages, in one language. */
export type Texts = ReturnType<typeof makeTexts>;

/** The first of the reader's languages that the portal speaks, with its region (for times); English when it speaks none. */
export function localeOf(wanted: readonly string[]): string {
  return wanted.find((tag) => Object.hasOwn(catalogues, primaryOf(tag))) ?? "en";
}

const primaryOf = (tag: string) => tag.split("-")[0]?.toLowerCase() ?? "";

export function makeTexts(locale: string, now: () => number = Date.now) {
  const catalogue = catalogues[primaryOf(locale)] ?? en;
  const t = (key: TextKey, values: Record<string, string | number> = {}): string =>
    catalogue[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  const at = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const languageNames = new Intl.DisplayNames(locale, { type: "language" });

  return {
    locale,
    language: primaryOf(locale),
    t,
    /** A text that may not exist, such as one for a code that a newer connector has. */
    maybe: (key: string, values?: Record<string, string | number>): string | undefined =>
      Object.hasOwn(catalogue, key) ? t(key as TextKey, values) : undefined,
    time: (iso: string | undefined): string => (iso ? at.format(new Date(iso)) : ""),
    /** "3 minutes ago", "in 2 hours"; undefined stays empty. */
    ago(iso: string | undefined): string {
      if (!iso) return "";
      const seconds = Math.round((Date.parse(iso) - now()) / 1000);
      const [amount, unit] = relativeOf(seconds);
      return relative.format(amount, unit);
    },
    /** A span such as "45 seconds". */
    span(seconds: number | undefined): string {
      if (!seconds) return t("problem.wait.moment");
      const [amount, unit] = seconds < 90 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
      return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(amount as number);
    },
    languageName: (tag: string): string => languageNames.of(tag) ?? tag,
  };
}

function relativeOf(seconds: number): [number, Intl.RelativeTimeFormatUnit] {
  const size = Math.abs(seconds);
  if (size < 60) return [seconds, "second"];
  if (size < 3600) return [Math.round(seconds / 60), "minute"];
  if (size < 86_400) return [Math.round(seconds / 3600), "hour"];
  return [Math.round(seconds / 86_400), "day"];
}
