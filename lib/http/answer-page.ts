import type { Session } from "../sessions/session.ts";
import { html, pageOf } from "./page.ts";

type Texts = {
  askTitle: string;
  who: string;
  why: string;
  device: string;
  matchCode: string;
  warning: string;
  next: string;
  accept: string;
  decline: string;
  declinedTitle: string;
  declined: string;
  overTitle: string;
  over: string;
  acceptedTitle: string;
  acceptedText: string;
  goOn: string;
};

const catalogue: Record<string, Texts> = {
  en: {
    askTitle: "May your IT support help on this device?",
    who: "Who asks",
    why: "Why",
    device: "Device",
    matchCode: "Match code",
    warning:
      "Accept only if you are talking with your IT support and they tell you the same match code. If you did not ask for help, decline.",
    next: "When you accept, TeamViewer opens or is offered for download. It asks you once more before anybody can see your screen.",
    accept: "Accept",
    decline: "Decline",
    declinedTitle: "You declined",
    declined: "Nobody can connect to your device. You can close this page.",
    overTitle: "This link is no longer in use",
    over: "The request was answered, has ended or never existed. If you still need help, ask your IT support.",
    acceptedTitle: "You accepted",
    acceptedText: "Go on to TeamViewer to let your IT support in, or decline after all.",
    goOn: "Go on to TeamViewer",
  },
  fr: {
    askTitle: "Votre support informatique peut-il vous aider sur cet appareil ?",
    who: "Qui demande",
    why: "Pourquoi",
    device: "Appareil",
    matchCode: "Code de vérification",
    warning:
      "N’acceptez que si vous êtes en contact avec votre support informatique et qu’il vous donne le même code. Si vous n’avez pas demandé d’aide, refusez.",
    next: "Si vous acceptez, TeamViewer s’ouvre ou vous est proposé en téléchargement. Il vous redemande votre accord avant que quiconque voie votre écran.",
    accept: "Accepter",
    decline: "Refuser",
    declinedTitle: "Vous avez refusé",
    declined: "Personne ne peut se connecter à votre appareil. Vous pouvez fermer cette page.",
    overTitle: "Ce lien n’est plus utilisé",
    over: "La demande a reçu une réponse, est terminée ou n’a jamais existé. Si vous avez encore besoin d’aide, contactez votre support informatique.",
    acceptedTitle: "Vous avez accepté",
    acceptedText: "Continuez vers TeamViewer pour laisser entrer votre support informatique, ou refusez finalement.",
    goOn: "Continuer vers TeamViewer",
  },
};

const textsIn = (language: string): Texts => catalogue[language] ?? (catalogue.en as Texts);

/** Asks the user: who, why, on which device, the match code, what happens next; before anything is downloaded. */
export function askPage(session: Session, organization: string, language: string) {
  const texts = textsIn(language);
  const isAnswered = session.state !== "open";
  const reason = session.reason ? html`<dt>${texts.why}</dt><dd>${session.reason}</dd>` : html``;
  const content = html`${isAnswered ? html`<p>${texts.acceptedText}</p>` : html``}
<dl>
<dt>${texts.who}</dt><dd>${organization}</dd>
${reason}
<dt>${texts.device}</dt><dd>${session.device.name}</dd>
<dt>${texts.matchCode}</dt><dd class="code">${session.matchCode}</dd>
</dl>
<p>${texts.warning}</p>
<p>${texts.next}</p>
<form method="post">
<button class="primary" name="answer" value="accept">${isAnswered ? texts.goOn : texts.accept}</button>
<button name="answer" value="decline">${texts.decline}</button>
</form>`;
  const title = isAnswered ? texts.acceptedTitle : texts.askTitle;
  return pageOf({ status: 200, language, title, content, formTarget: session.endCustomerUrl });
}

export function declinedPage(language: string) {
  const texts = textsIn(language);
  return pageOf({ status: 200, language, title: texts.declinedTitle, content: html`<p>${texts.declined}</p>` });
}

/** A wrong, used or expired link: the same page for all of them, so that it gives nothing away. */
export function overPage(language: string) {
  const texts = textsIn(language);
  return pageOf({ status: 404, language, title: texts.overTitle, content: html`<p>${texts.over}</p>` });
}
