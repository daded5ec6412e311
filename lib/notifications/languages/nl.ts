import type { UserTexts } from "../user-texts.ts";

/** Dutch. */
export const nl: UserTexts = {
  direction: "ltr",
  notification: {
    title: "Verzoek om hulp op afstand te geven",
    body: "De IT-ondersteuning van {organization} wil u op dit apparaat helpen. Accepteer alleen als u met hen in contact bent en zij u de code {matchCode} noemen.",
  },
  preview: "De IT-ondersteuning van {organization} wil u op uw apparaat helpen. Controlecode: {matchCode}",
  mail: {
    subject: "De IT-ondersteuning van {organization} wil u op uw apparaat helpen",
    asks: "De IT-ondersteuning van {organization} wil u helpen op uw apparaat {device}.",
    open: "Open het verzoek op dat apparaat. Daar kunt u het accepteren of weigeren.",
    unexpected: "Hebt u niet om hulp gevraagd? Open dan het verzoek en meld het daar.",
    button: "Verzoek bekijken",
    address: "Werkt de knop niet, kopieer dan dit adres naar uw browser:",
  },
  page: {
    askTitle: "Mag uw IT-ondersteuning u op dit apparaat helpen?",
    who: "Wie vraagt dit",
    why: "Waarom",
    device: "Apparaat",
    matchCode: "Controlecode",
    warning: "Accepteer alleen als u met uw IT-ondersteuning in contact bent en zij u dezelfde controlecode noemen.",
    next: "Wat er daarna gebeurt",
    computerOpens: "TeamViewer wordt geopend, of het kleine programma QuickSupport wordt gedownload.",
    computerAllows: "Open het en sta de verbinding toe wanneer daarom wordt gevraagd.",
    appStore: "Installeer eerst TeamViewer QuickSupport uit de App Store",
    googlePlay: "Installeer eerst TeamViewer QuickSupport uit Google Play",
    phoneContinues: "Kom daarna hier terug en ga verder. QuickSupport wordt geopend.",
    androidAllows: "Sta de verbinding toe wanneer QuickSupport daarom vraagt.",
    appleAllows: "Sta de verbinding toe en start daarna zelf de schermuitzending.",
    unseen: "Niemand kan uw scherm zien voordat u het toestaat.",
    accept: "Accepteren",
    decline: "Weigeren",
    notRequested: "Ik heb hier niet om gevraagd",
    acceptedTitle: "U hebt geaccepteerd",
    acceptedText: "Ga verder naar TeamViewer om uw IT-ondersteuning toe te laten, of weiger alsnog.",
    goOn: "Verder naar TeamViewer",
    declinedTitle: "U hebt geweigerd",
    declinedText: "Niemand kan verbinding maken met uw apparaat. U kunt deze pagina sluiten.",
    reportedTitle: "Bedankt voor uw melding",
    reportedText:
      "Het verzoek is beëindigd en niemand kan verbinding maken met uw apparaat. Uw IT-ondersteuning krijgt te horen dat u er niet om hebt gevraagd. U kunt deze pagina sluiten.",
    overTitle: "Deze link is niet meer in gebruik",
    overText:
      "Het verzoek is beantwoord, is beëindigd of heeft nooit bestaan. Hebt u nog hulp nodig, neem dan contact op met uw IT-ondersteuning.",
    failedTitle: "Dat is niet gelukt",
    failedText: "Probeer het zo meteen opnieuw. Gebeurt het weer, geef dan dit nummer door aan uw IT-ondersteuning:",
  },
};
