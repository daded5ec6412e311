import type { UserTexts } from "../user-texts.ts";

/** Swedish. */
export const sv: UserTexts = {
  direction: "ltr",
  notification: {
    title: "Begäran om att få ge fjärrhjälp",
    body: "IT-supporten på {organization} vill hjälpa dig på den här enheten. Godkänn bara om du har kontakt med dem och de uppger kontrollkoden {matchCode}.",
  },
  preview: "IT-supporten på {organization} vill hjälpa dig på din enhet. Kontrollkod: {matchCode}",
  mail: {
    subject: "IT-supporten på {organization} vill hjälpa dig på din enhet",
    asks: "IT-supporten på {organization} vill hjälpa dig på din enhet {device}.",
    open: "Öppna begäran på den enheten. Där kan du godkänna eller avböja.",
    unexpected: "Om du inte har bett om hjälp öppnar du begäran och anger det där.",
    button: "Visa begäran",
    address: "Om knappen inte fungerar kopierar du den här adressen till webbläsaren:",
  },
  page: {
    askTitle: "Får IT-supporten hjälpa dig på den här enheten?",
    who: "Vem frågar",
    why: "Varför",
    device: "Enhet",
    matchCode: "Kontrollkod",
    warning: "Godkänn bara om du har kontakt med IT-supporten och de uppger samma kontrollkod.",
    next: "Vad som händer sedan",
    computerOpens: "TeamViewer öppnas, eller så laddas det lilla programmet QuickSupport ned.",
    computerAllows: "Öppna det och tillåt anslutningen när det frågar.",
    appStore: "Installera först TeamViewer QuickSupport från App Store",
    googlePlay: "Installera först TeamViewer QuickSupport från Google Play",
    phoneContinues: "Kom sedan tillbaka hit och fortsätt. QuickSupport öppnas.",
    androidAllows: "Tillåt anslutningen när QuickSupport frågar.",
    appleAllows: "Tillåt anslutningen och starta sedan själv skärmsändningen.",
    unseen: "Ingen kan se din skärm innan du tillåter det.",
    accept: "Godkänn",
    decline: "Avböj",
    notRequested: "Jag har inte bett om detta",
    acceptedTitle: "Du har godkänt",
    acceptedText: "Fortsätt till TeamViewer för att släppa in IT-supporten, eller avböj ändå.",
    goOn: "Fortsätt till TeamViewer",
    declinedTitle: "Du har avböjt",
    declinedText: "Ingen kan ansluta till din enhet. Du kan stänga den här sidan.",
    reportedTitle: "Tack för att du sade till",
    reportedText:
      "Begäran är avslutad och ingen kan ansluta till din enhet. IT-supporten får veta att du inte har bett om den. Du kan stänga den här sidan.",
    overTitle: "Den här länken används inte längre",
    overText:
      "Begäran är besvarad, avslutad eller har aldrig funnits. Kontakta IT-supporten om du fortfarande behöver hjälp.",
    failedTitle: "Det fungerade inte",
    failedText: "Försök igen om en stund. Om det händer igen ger du IT-supporten det här numret:",
  },
};
