import type { UserTexts } from "../user-texts.ts";

/** Czech. */
export const cs: UserTexts = {
  direction: "ltr",
  notification: {
    title: "Žádost o připojení ke vzdálené pomoci",
    body: "IT podpora organizace {organization} vám chce pomoci na tomto zařízení. Přijměte jen tehdy, když s ní mluvíte a sdělí vám kód {matchCode}.",
  },
  preview: "IT podpora organizace {organization} vám chce pomoci na vašem zařízení. Kontrolní kód: {matchCode}",
  mail: {
    subject: "IT podpora organizace {organization} vám chce pomoci na vašem zařízení",
    asks: "IT podpora organizace {organization} vám chce pomoci na vašem zařízení {device}.",
    open: "Otevřete žádost na tomto zařízení. Tam ji můžete přijmout, nebo odmítnout.",
    unexpected: "Pokud jste o pomoc nežádali, otevřete žádost a oznamte to tam.",
    button: "Zobrazit žádost",
    address: "Pokud tlačítko nefunguje, zkopírujte tuto adresu do prohlížeče:",
  },
  page: {
    askTitle: "Může vám IT podpora pomoci na tomto zařízení?",
    who: "Kdo žádá",
    why: "Proč",
    device: "Zařízení",
    matchCode: "Kontrolní kód",
    warning: "Přijměte jen tehdy, když mluvíte se svou IT podporou a ta vám sdělí stejný kontrolní kód.",
    next: "Co se stane potom",
    computerOpens: "Otevře se TeamViewer, nebo se stáhne jeho malý program QuickSupport.",
    computerAllows: "Otevřete ho a povolte připojení, až se vás zeptá.",
    appStore: "Nejprve si nainstalujte TeamViewer QuickSupport z App Storu",
    googlePlay: "Nejprve si nainstalujte TeamViewer QuickSupport z Google Play",
    phoneContinues: "Pak se vraťte sem a pokračujte. Otevře se QuickSupport.",
    androidAllows: "Povolte připojení, až se vás QuickSupport zeptá.",
    appleAllows: "Povolte připojení a pak sami spusťte vysílání obrazovky.",
    unseen: "Dokud to nepovolíte, nikdo vaši obrazovku neuvidí.",
    accept: "Přijmout",
    decline: "Odmítnout",
    notRequested: "O tohle jsem nežádal(a)",
    acceptedTitle: "Žádost jste přijali",
    acceptedText: "Pokračujte do TeamVieweru a IT podporu vpusťte, nebo žádost přece jen odmítněte.",
    goOn: "Pokračovat do TeamVieweru",
    declinedTitle: "Žádost jste odmítli",
    declinedText: "K vašemu zařízení se nikdo nemůže připojit. Tuto stránku můžete zavřít.",
    reportedTitle: "Děkujeme za upozornění",
    reportedText:
      "Žádost skončila a k vašemu zařízení se nikdo nemůže připojit. IT podpora se dozví, že jste o ni nežádali. Tuto stránku můžete zavřít.",
    overTitle: "Tento odkaz se už nepoužívá",
    overText:
      "Žádost už byla zodpovězena, skončila, nebo nikdy neexistovala. Pokud pomoc stále potřebujete, obraťte se na IT podporu.",
    failedTitle: "To se nepodařilo",
    failedText: "Zkuste to prosím za chvíli znovu. Pokud se to stane znovu, sdělte IT podpoře toto číslo:",
  },
};
