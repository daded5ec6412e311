import type { UserTexts } from "../user-texts.ts";

/** German. */
export const de: UserTexts = {
  direction: "ltr",
  notification: {
    title: "Anfrage zur Fernunterstützung",
    body: "Der IT-Support von {organization} möchte Ihnen auf diesem Gerät helfen. Nehmen Sie nur an, wenn Sie mit ihm sprechen und er Ihnen den Prüfcode {matchCode} nennt.",
  },
  preview: "Der IT-Support von {organization} möchte Ihnen auf Ihrem Gerät helfen. Prüfcode: {matchCode}",
  mail: {
    subject: "Der IT-Support von {organization} möchte Ihnen auf Ihrem Gerät helfen",
    asks: "Der IT-Support von {organization} möchte Ihnen auf Ihrem Gerät {device} helfen.",
    open: "Öffnen Sie die Anfrage auf diesem Gerät. Dort können Sie annehmen oder ablehnen.",
    unexpected: "Falls Sie nicht um Hilfe gebeten haben, öffnen Sie die Anfrage und teilen Sie es dort mit.",
    button: "Anfrage ansehen",
    address: "Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:",
  },
  page: {
    askTitle: "Darf Ihr IT-Support Ihnen auf diesem Gerät helfen?",
    who: "Wer fragt",
    why: "Warum",
    device: "Gerät",
    matchCode: "Prüfcode",
    warning: "Nehmen Sie nur an, wenn Sie mit Ihrem IT-Support sprechen und er Ihnen denselben Prüfcode nennt.",
    next: "Wie es weitergeht",
    computerOpens: "TeamViewer öffnet sich, oder das kleine Programm QuickSupport wird heruntergeladen.",
    computerAllows: "Öffnen Sie es und erlauben Sie die Verbindung, wenn Sie danach gefragt werden.",
    appStore: "Installieren Sie zuerst TeamViewer QuickSupport aus dem App Store",
    googlePlay: "Installieren Sie zuerst TeamViewer QuickSupport aus Google Play",
    phoneContinues: "Kehren Sie dann hierher zurück und fahren Sie fort. QuickSupport öffnet sich.",
    androidAllows: "Erlauben Sie die Verbindung, wenn QuickSupport danach fragt.",
    appleAllows: "Erlauben Sie die Verbindung und starten Sie dann selbst die Bildschirmübertragung.",
    unseen: "Niemand kann Ihren Bildschirm sehen, bevor Sie es erlauben.",
    accept: "Annehmen",
    decline: "Ablehnen",
    notRequested: "Ich habe nicht darum gebeten",
    acceptedTitle: "Sie haben angenommen",
    acceptedText: "Weiter zu TeamViewer, um Ihren IT-Support hereinzulassen – oder lehnen Sie doch noch ab.",
    goOn: "Weiter zu TeamViewer",
    declinedTitle: "Sie haben abgelehnt",
    declinedText: "Niemand kann sich mit Ihrem Gerät verbinden. Sie können diese Seite schließen.",
    reportedTitle: "Danke für Ihren Hinweis",
    reportedText:
      "Die Anfrage ist beendet, und niemand kann sich mit Ihrem Gerät verbinden. Ihr IT-Support erfährt, dass Sie nicht darum gebeten haben. Sie können diese Seite schließen.",
    overTitle: "Dieser Link wird nicht mehr verwendet",
    overText:
      "Die Anfrage wurde beantwortet, ist beendet oder hat nie bestanden. Wenn Sie noch Hilfe brauchen, wenden Sie sich an Ihren IT-Support.",
    failedTitle: "Das hat nicht funktioniert",
    failedText:
      "Bitte versuchen Sie es gleich noch einmal. Falls es wieder geschieht, nennen Sie Ihrem IT-Support diese Nummer:",
  },
};
