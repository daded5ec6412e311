import type { UserTexts } from "../user-texts.ts";

/** French. */
export const fr: UserTexts = {
  direction: "ltr",
  notification: {
    title: "Demande d’assistance à distance",
    body: "Le support informatique de {organization} demande à vous aider sur cet appareil. N’acceptez que si vous êtes en contact avec lui et s’il vous donne le code {matchCode}.",
  },
  preview: "Le support informatique de {organization} demande à vous aider. Code de vérification\u00a0: {matchCode}",
  mail: {
    subject: "Le support informatique de {organization} demande à vous aider",
    asks: "Le support informatique de {organization} demande à vous aider sur votre appareil {device}.",
    open: "Ouvrez la demande sur cet appareil. Vous pourrez y accepter ou refuser.",
    unexpected: "Si vous n’avez pas demandé d’aide, ouvrez la demande et signalez-le.",
    button: "Voir la demande",
    address: "Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur\u00a0:",
  },
  page: {
    askTitle: "Votre support informatique peut-il vous aider sur cet appareil\u00a0?",
    who: "Qui demande",
    why: "Pourquoi",
    device: "Appareil",
    matchCode: "Code de vérification",
    warning:
      "N’acceptez que si vous êtes en contact avec votre support informatique et s’il vous donne le même code de vérification.",
    next: "Ce qui va se passer",
    computerOpens: "TeamViewer s’ouvre, ou son petit programme QuickSupport est téléchargé.",
    computerAllows: "Ouvrez-le et autorisez la connexion quand il vous le demande.",
    appStore: "Installez d’abord TeamViewer QuickSupport depuis l’App Store",
    googlePlay: "Installez d’abord TeamViewer QuickSupport depuis Google Play",
    phoneContinues: "Revenez ensuite ici et continuez. QuickSupport s’ouvre.",
    androidAllows: "Autorisez la connexion quand QuickSupport vous le demande.",
    appleAllows: "Autorisez la connexion, puis lancez vous-même la diffusion de l’écran.",
    unseen: "Personne ne peut voir votre écran avant votre autorisation.",
    accept: "Accepter",
    decline: "Refuser",
    notRequested: "Je n’ai rien demandé",
    acceptedTitle: "Vous avez accepté",
    acceptedText: "Continuez vers TeamViewer pour laisser entrer votre support informatique, ou refusez finalement.",
    goOn: "Continuer vers TeamViewer",
    declinedTitle: "Vous avez refusé",
    declinedText: "Personne ne peut se connecter à votre appareil. Vous pouvez fermer cette page.",
    reportedTitle: "Merci de nous l’avoir signalé",
    reportedText:
      "La demande est close et personne ne peut se connecter à votre appareil. Votre support informatique est informé que vous n’avez rien demandé. Vous pouvez fermer cette page.",
    overTitle: "Ce lien n’est plus utilisé",
    overText:
      "La demande a reçu une réponse, est terminée ou n’a jamais existé. Si vous avez encore besoin d’aide, contactez votre support informatique.",
    failedTitle: "Cela n’a pas fonctionné",
    failedText:
      "Veuillez réessayer dans un instant. Si cela se reproduit, donnez ce numéro à votre support informatique\u00a0:",
  },
};
