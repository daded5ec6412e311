import { type Html, html } from "../notifications/html.ts";
import { textsIn } from "../notifications/languages.ts";
import type { Session } from "../sessions/session.ts";
import { nextSteps } from "./next-steps.ts";
import { pageOf } from "./page.ts";
import { doneIcon, noteIcon } from "./page-icons.ts";

/**
 * Asks the user: who, why, on which device, the match code, what happens next; before anything is downloaded. What others
 * named stands isolated: a Latin name must not turn an Arabic line around (Unicode UAX 9, section 6.5).
 */
export function askPage(session: Session, organization: string, language: string) {
  const { page: texts } = textsIn(language);
  const isAnswered = session.state !== "open";
  const who = session.agentName
    ? html`${isolated(session.agentName)}<br>${isolated(organization)}`
    : isolated(organization);
  const reason = session.reason ? html`<dt>${texts.why}</dt><dd>${isolated(session.reason)}</dd>` : html``;
  const content = html`${isAnswered ? html`<p>${texts.acceptedText}</p>` : html``}
<dl>
<dt>${texts.who}</dt><dd>${who}</dd>
${reason}
<dt>${texts.device}</dt><dd>${isolated(session.device.name)}</dd>
</dl>
<p class="code">${texts.matchCode}<bdi dir="ltr">${session.matchCode}</bdi></p>
<p>${texts.warning}</p>
<form method="post">
<button class="primary" name="answer" value="accept">${isAnswered ? texts.goOn : texts.accept}</button>
<button name="answer" value="decline">${texts.decline}</button>
<button class="quiet" name="answer" value="not-requested">${texts.notRequested}</button>
</form>
${nextSteps(session.device.platform, texts)}`;
  const title = isAnswered ? texts.acceptedTitle : texts.askTitle;
  return pageOf({ status: 200, language, title, content, formTarget: session.endCustomerUrl });
}

/** Tells the user that declining ended the session. */
export function declinedPage(language: string) {
  const { declinedTitle, declinedText } = textsIn(language).page;
  return pageOf({ status: 200, language, title: declinedTitle, icon: doneIcon, content: html`<p>${declinedText}</p>` });
}

/** Thanks the user who did not ask for help: IT is told. */
export function reportedPage(language: string) {
  const { reportedTitle, reportedText } = textsIn(language).page;
  return pageOf({ status: 200, language, title: reportedTitle, icon: doneIcon, content: html`<p>${reportedText}</p>` });
}

/** A wrong, used or expired link: the same page for all of them, so that it gives nothing away. */
export function overPage(language: string) {
  const { overTitle, overText } = textsIn(language).page;
  return pageOf({ status: 404, language, title: overTitle, icon: noteIcon, content: html`<p>${overText}</p>` });
}

/** Something went wrong on a user's page: kind words, and `number`, by which IT support finds it in the log. */
export function failedPage({ status, language, number }: { status: number; language: string; number: string }) {
  const { failedTitle, failedText } = textsIn(language).page;
  const content = html`<p>${failedText}</p><p class="quiet-text"><bdi dir="ltr">${number}</bdi></p>`;
  return pageOf({ status, language, title: failedTitle, icon: noteIcon, content });
}

const isolated = (text: string): Html => html`<bdi>${text}</bdi>`;
