import type { UserTexts } from "../user-texts.ts";

/** Italian. */
export const it: UserTexts = {
  direction: "ltr",
  notification: {
    title: "Richiesta di assistenza remota",
    body: "L’assistenza IT di {organization} chiede di aiutarla su questo dispositivo. Accetti solo se sta parlando con loro e le comunicano il codice {matchCode}.",
  },
  preview: "L’assistenza IT di {organization} chiede di aiutarla sul suo dispositivo. Codice di verifica: {matchCode}",
  mail: {
    subject: "L’assistenza IT di {organization} chiede di aiutarla sul suo dispositivo",
    asks: "L’assistenza IT di {organization} chiede di aiutarla sul suo dispositivo {device}.",
    open: "Apra la richiesta su quel dispositivo. Lì potrà accettare o rifiutare.",
    unexpected: "Se non ha chiesto assistenza, apra la richiesta e lo segnali.",
    button: "Vedi la richiesta",
    address: "Se il pulsante non funziona, copi questo indirizzo nel browser:",
  },
  page: {
    askTitle: "L’assistenza IT può aiutarla su questo dispositivo?",
    who: "Chi lo chiede",
    why: "Perché",
    device: "Dispositivo",
    matchCode: "Codice di verifica",
    warning: "Accetti solo se sta parlando con l’assistenza IT e le viene comunicato lo stesso codice di verifica.",
    next: "Che cosa succede dopo",
    computerOpens: "Si apre TeamViewer oppure viene scaricato il suo piccolo programma QuickSupport.",
    computerAllows: "Lo apra e consenta la connessione quando le viene richiesto.",
    appStore: "Prima installi TeamViewer QuickSupport dall’App Store",
    googlePlay: "Prima installi TeamViewer QuickSupport da Google Play",
    phoneContinues: "Poi torni qui e continui. Si apre QuickSupport.",
    androidAllows: "Consenta la connessione quando QuickSupport lo richiede.",
    appleAllows: "Consenta la connessione, poi avvii personalmente la trasmissione dello schermo.",
    unseen: "Nessuno può vedere il suo schermo prima che lei lo consenta.",
    accept: "Accetta",
    decline: "Rifiuta",
    notRequested: "Non l’ho chiesto io",
    acceptedTitle: "Ha accettato",
    acceptedText: "Prosegua su TeamViewer per far accedere l’assistenza IT, oppure rifiuti comunque.",
    goOn: "Prosegui su TeamViewer",
    declinedTitle: "Ha rifiutato",
    declinedText: "Nessuno può connettersi al suo dispositivo. Può chiudere questa pagina.",
    reportedTitle: "Grazie per la segnalazione",
    reportedText:
      "La richiesta è terminata e nessuno può connettersi al suo dispositivo. L’assistenza IT viene informata che non l’ha chiesta lei. Può chiudere questa pagina.",
    overTitle: "Questo link non è più in uso",
    overText:
      "La richiesta ha già avuto risposta, è terminata o non è mai esistita. Se ha ancora bisogno di aiuto, si rivolga all’assistenza IT.",
    failedTitle: "Non ha funzionato",
    failedText: "Riprovi tra un momento. Se succede di nuovo, comunichi questo numero all’assistenza IT:",
  },
};
