import type { CallbackOutcome } from "../connector/callback.ts";
import { html } from "../notifications/html.ts";
import { pageOf } from "./page.ts";

type Texts = Record<CallbackOutcome, { title: string; text: string }> & { goBack: string };

const statuses: Record<CallbackOutcome, number> = {
  awaitingConfirmation: 200,
  refused: 200,
  invalid: 400,
  failed: 502,
};

const catalogue: Record<string, Texts> = {
  en: {
    goBack: "Go back to the connector",
    awaitingConfirmation: {
      title: "TeamViewer agreed",
      text: "One step is left: go back to the connector, look at the account and confirm it within 15 minutes. Until then it is not used. You can close this page.",
    },
    refused: {
      title: "TeamViewer was not connected",
      text: "The consent was refused, so nothing changed. To connect, start again from the connector. You can close this page.",
    },
    invalid: {
      title: "This answer cannot be used",
      text: "It was used before, took too long or belongs to another browser. Nothing changed. Start again from the connector.",
    },
    failed: {
      title: "TeamViewer could not be connected",
      text: "TeamViewer did not complete the connection, so nothing changed. Start again from the connector in a minute.",
    },
  },
  fr: {
    goBack: "Retourner au connecteur",
    awaitingConfirmation: {
      title: "TeamViewer a donné son accord",
      text: "Il reste une étape : retournez au connecteur, vérifiez le compte et confirmez-le dans les 15 minutes. D’ici là, il n’est pas utilisé. Vous pouvez fermer cette page.",
    },
    refused: {
      title: "TeamViewer n’a pas été connecté",
      text: "L’accord a été refusé, rien n’a changé. Pour connecter TeamViewer, recommencez depuis le connecteur. Vous pouvez fermer cette page.",
    },
    invalid: {
      title: "Cette réponse ne peut pas être utilisée",
      text: "Elle a déjà servi, a pris trop de temps ou vient d’un autre navigateur. Rien n’a changé. Recommencez depuis le connecteur.",
    },
    failed: {
      title: "TeamViewer n’a pas pu être connecté",
      text: "TeamViewer n’a pas terminé la connexion, rien n’a changé. Recommencez depuis le connecteur dans une minute.",
    },
  },
};

/** Tells the administrator how the consent ended and what to do next; `consentId` is the consent that waits for them. */
export function callbackPage(outcome: CallbackOutcome, wanted: string, consentId?: string) {
  const language = Object.hasOwn(catalogue, wanted) ? wanted : "en";
  const texts = catalogue[language] as Texts;
  const { title, text } = texts[outcome];
  const connector = `/portal/connector${consentId ? `?${new URLSearchParams({ consent: consentId })}` : ""}`;
  const content = html`<p>${text}</p>\n<p><a class="primary" href="${connector}">${texts.goBack}</a></p>`;
  return pageOf({ status: statuses[outcome], language, title, content });
}
