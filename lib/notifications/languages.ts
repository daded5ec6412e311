import { ar } from "./languages/ar.ts";
import { cs } from "./languages/cs.ts";
import { de } from "./languages/de.ts";
import { en } from "./languages/en.ts";
import { es } from "./languages/es.ts";
import { fr } from "./languages/fr.ts";
import { he } from "./languages/he.ts";
import { it } from "./languages/it.ts";
import { ja } from "./languages/ja.ts";
import { ko } from "./languages/ko.ts";
import { nl } from "./languages/nl.ts";
import { pl } from "./languages/pl.ts";
import { ptBR } from "./languages/pt-BR.ts";
import { sv } from "./languages/sv.ts";
import { tr } from "./languages/tr.ts";
import { zhHans } from "./languages/zh-Hans.ts";
import type { UserTexts } from "./user-texts.ts";

const catalogue: Record<string, UserTexts> = {
  en,
  fr,
  de,
  es,
  it,
  "pt-BR": ptBR,
  nl,
  pl,
  ja,
  ko,
  "zh-Hans": zhHans,
  ar,
  he,
  tr,
  sv,
  cs,
};

/** The languages that users are addressed in, as BCP 47 tags. */
export const languages: readonly string[] = Object.keys(catalogue);

/** What users read in a language; English where there is no such language. */
export const textsIn = (language: string): UserTexts =>
  Object.hasOwn(catalogue, language) ? (catalogue[language] ?? en) : en;
