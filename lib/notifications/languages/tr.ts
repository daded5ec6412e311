import type { UserTexts } from "../user-texts.ts";

/** Turkish. */
export const tr: UserTexts = {
  direction: "ltr",
  notification: {
    title: "Uzaktan yardım için bağlantı isteği",
    body: "{organization} BT desteği bu cihazda size yardım etmek istiyor. Yalnızca onlarla görüşüyorsanız ve size {matchCode} kodunu söylüyorlarsa kabul edin.",
  },
  preview: "{organization} BT desteği cihazınızda size yardım etmek istiyor. Eşleşme kodu: {matchCode}",
  mail: {
    subject: "{organization} BT desteği cihazınızda size yardım etmek istiyor",
    asks: "{organization} BT desteği {device} adlı cihazınızda size yardım etmek istiyor.",
    open: "İsteği o cihazda açın. Orada kabul edebilir veya reddedebilirsiniz.",
    unexpected: "Yardım istemediyseniz isteği açın ve bunu orada bildirin.",
    button: "İsteği görüntüle",
    address: "Düğme çalışmazsa bu adresi tarayıcınıza kopyalayın:",
  },
  page: {
    askTitle: "BT desteğiniz bu cihazda size yardım edebilir mi?",
    who: "Kim istiyor",
    why: "Neden",
    device: "Cihaz",
    matchCode: "Eşleşme kodu",
    warning: "Yalnızca BT desteğinizle görüşüyorsanız ve size aynı eşleşme kodunu söylüyorlarsa kabul edin.",
    next: "Bundan sonra ne olacak",
    computerOpens: "TeamViewer açılır veya küçük programı QuickSupport indirilir.",
    computerAllows: "Programı açın ve sorduğunda bağlantıya izin verin.",
    appStore: "Önce App Store’dan TeamViewer QuickSupport’u yükleyin",
    googlePlay: "Önce Google Play’den TeamViewer QuickSupport’u yükleyin",
    phoneContinues: "Ardından buraya dönüp devam edin. QuickSupport açılır.",
    androidAllows: "QuickSupport sorduğunda bağlantıya izin verin.",
    appleAllows: "Bağlantıya izin verin, ardından ekran yayınını kendiniz başlatın.",
    unseen: "Siz izin vermeden kimse ekranınızı göremez.",
    accept: "Kabul et",
    decline: "Reddet",
    notRequested: "Bunu ben istemedim",
    acceptedTitle: "Kabul ettiniz",
    acceptedText: "BT desteğinizin bağlanması için TeamViewer’a geçin veya yine de reddedin.",
    goOn: "TeamViewer’a geç",
    declinedTitle: "Reddettiniz",
    declinedText: "Kimse cihazınıza bağlanamaz. Bu sayfayı kapatabilirsiniz.",
    reportedTitle: "Bildirdiğiniz için teşekkürler",
    reportedText:
      "İstek sona erdi ve kimse cihazınıza bağlanamaz. BT desteğinize bunu sizin istemediğiniz bildirilir. Bu sayfayı kapatabilirsiniz.",
    overTitle: "Bu bağlantı artık kullanılmıyor",
    overText:
      "İstek yanıtlandı, sona erdi veya hiç var olmadı. Hâlâ yardıma ihtiyacınız varsa BT desteğinize başvurun.",
    failedTitle: "Bu işlem yapılamadı",
    failedText: "Lütfen birazdan yeniden deneyin. Yine olursa BT desteğinize bu numarayı iletin:",
  },
};
