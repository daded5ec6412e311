import { cut, fitted } from "./filled.ts";
import { textsIn } from "./languages.ts";

export { chooseLanguage } from "./choose-language.ts";
export { languages } from "./languages.ts";
export { mailText } from "./mail-text.ts";

const TITLE_LIMIT = 50;
const TEXT_LIMIT = 500;
const PREVIEW_LIMIT = 150;

type Facts = { language: string; organization: string; matchCode: string };

/**
 * Title (at most 50) and text (at most 500 code points) of a notification. When too long the organization's name is cut,
 * then the words, never the link; so the match code stays.
 */
export function notificationText({ language, url, ...values }: Facts & { url: string }): {
  title: string;
  text: string;
} {
  const { title, body } = textsIn(language).notification;
  return { title: cut(title, TITLE_LIMIT), text: `${fitted(body, values, TEXT_LIMIT - [...url].length - 1)} ${url}` };
}

/** Title (at most 50) and preview (at most 150 code points) of an activity in Teams; the match code stands in the preview. */
export function teamsText({ language, ...values }: Facts): { title: string; preview: string } {
  const { notification, preview } = textsIn(language);
  return { title: cut(notification.title, TITLE_LIMIT), preview: fitted(preview, values, PREVIEW_LIMIT) };
}
