import { en } from "./languages/en.ts";
import { fr } from "./languages/fr.ts";
import type { UserTexts } from "./user-texts.ts";

const catalogue: Record<string, UserTexts> = { en, fr };

/** The languages that users are addressed in, as BCP 47 tags. */
export const languages: readonly string[] = Object.keys(catalogue);

/** What users read in a language; English where there is no such language. */
export const textsIn = (language: string): UserTexts =>
  Object.hasOwn(catalogue, language) ? (catalogue[language] ?? en) : en;
