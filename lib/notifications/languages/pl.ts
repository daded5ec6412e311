import type { UserTexts } from "../user-texts.ts";

/** Polish. */
export const pl: UserTexts = {
  direction: "ltr",
  notification: {
    title: "Prośba o połączenie w celu zdalnej pomocy",
    body: "Dział IT organizacji {organization} chce Ci pomóc na tym urządzeniu. Zaakceptuj tylko wtedy, gdy z nim rozmawiasz i podaje Ci kod {matchCode}.",
  },
  preview: "Dział IT organizacji {organization} chce Ci pomóc na Twoim urządzeniu. Kod weryfikacyjny: {matchCode}",
  mail: {
    subject: "Dział IT organizacji {organization} chce Ci pomóc na Twoim urządzeniu",
    asks: "Dział IT organizacji {organization} chce Ci pomóc na Twoim urządzeniu {device}.",
    open: "Otwórz prośbę na tym urządzeniu. Tam możesz ją zaakceptować lub odrzucić.",
    unexpected: "Jeśli to nie Ty prosisz o pomoc, otwórz prośbę i zgłoś to tam.",
    button: "Zobacz prośbę",
    address: "Jeśli przycisk nie działa, skopiuj ten adres do przeglądarki:",
  },
  page: {
    askTitle: "Czy dział IT może pomóc Ci na tym urządzeniu?",
    who: "Kto prosi",
    why: "Dlaczego",
    device: "Urządzenie",
    matchCode: "Kod weryfikacyjny",
    warning: "Zaakceptuj tylko wtedy, gdy rozmawiasz ze swoim działem IT i podaje Ci on ten sam kod weryfikacyjny.",
    next: "Co stanie się dalej",
    computerOpens: "Otworzy się TeamViewer albo zostanie pobrany jego mały program QuickSupport.",
    computerAllows: "Otwórz go i zezwól na połączenie, gdy o to zapyta.",
    appStore: "Najpierw zainstaluj TeamViewer QuickSupport z App Store",
    googlePlay: "Najpierw zainstaluj TeamViewer QuickSupport z Google Play",
    phoneContinues: "Potem wróć tutaj i kontynuuj. Otworzy się QuickSupport.",
    androidAllows: "Zezwól na połączenie, gdy QuickSupport o to zapyta.",
    appleAllows: "Zezwól na połączenie, a następnie samodzielnie uruchom transmisję ekranu.",
    unseen: "Nikt nie zobaczy Twojego ekranu, dopóki na to nie zezwolisz.",
    accept: "Zaakceptuj",
    decline: "Odrzuć",
    notRequested: "Nie proszę o to",
    acceptedTitle: "Prośba zaakceptowana",
    acceptedText: "Przejdź do TeamViewer, aby wpuścić dział IT, albo mimo wszystko odrzuć prośbę.",
    goOn: "Przejdź do TeamViewer",
    declinedTitle: "Prośba odrzucona",
    declinedText: "Nikt nie może połączyć się z Twoim urządzeniem. Możesz zamknąć tę stronę.",
    reportedTitle: "Dziękujemy za zgłoszenie",
    reportedText:
      "Prośba została zakończona i nikt nie może połączyć się z Twoim urządzeniem. Dział IT dowie się, że to nie Ty prosisz o pomoc. Możesz zamknąć tę stronę.",
    overTitle: "Ten link nie jest już używany",
    overText:
      "Na prośbę już odpowiedziano, została zakończona albo nigdy nie istniała. Jeśli nadal potrzebujesz pomocy, skontaktuj się z działem IT.",
    failedTitle: "To się nie udało",
    failedText: "Spróbuj ponownie za chwilę. Jeśli to się powtórzy, podaj ten numer działowi IT:",
  },
};
