/** What a user is told, in one language. `{organization}` and `{matchCode}` are filled in. */
type Texts = { title: string; body: string };

const english: Texts = {
  title: "Remote help asks to connect",
  body: "{organization} IT support asks to help on this device. Accept only if you are talking with them and they tell you the match code {matchCode}.",
};
const catalogue: Record<string, Texts> = {
  en: english,
  fr: {
    title: "Demande d’assistance à distance",
    body: "Le support informatique de {organization} demande à vous aider sur cet appareil. N’acceptez que si vous êtes en contact avec lui et s’il vous donne le code {matchCode}.",
  },
};

/** The languages that users are addressed in. */
export const languages: readonly string[] = Object.keys(catalogue);

/** The first of `wanted` (BCP 47 tags; undefined is skipped) that has texts, by its primary subtag; English when none has. */
export function chooseLanguage(wanted: readonly (string | undefined)[]): string {
  const primaries = wanted.map((tag) => tag?.split(/[-_]/)[0]?.toLowerCase());
  return primaries.find((tag) => tag !== undefined && Object.hasOwn(catalogue, tag)) ?? "en";
}

const TITLE_LIMIT = 50;
const TEXT_LIMIT = 500;

type Facts = { language: string; organization: string; matchCode: string; url: string };

/**
 * Title (at most 50) and text (at most 500 code points) of a notification. When too long the organization's name is cut,
 * then the words, never the link; so the match code stays.
 */
export function notificationText({ language, organization, matchCode, url }: Facts): { title: string; text: string } {
  const { title, body } = catalogue[language] ?? english;
  const room = TEXT_LIMIT - [...url].length - 1;
  const rest = body.replace("{organization}", "").replace("{matchCode}", () => matchCode);
  const name = cut(organization, room - [...rest].length);
  const words = body.replace("{matchCode}", () => matchCode).replace("{organization}", () => name);
  return { title: cut(title, TITLE_LIMIT), text: `${cut(words, room)} ${url}` };
}

function cut(text: string, limit: number): string {
  const points = [...text];
  return points.length <= limit ? text : `${points.slice(0, Math.max(0, limit - 1)).join("")}…`;
}
