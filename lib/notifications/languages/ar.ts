import type { UserTexts } from "../user-texts.ts";

/** Arabic. */
export const ar: UserTexts = {
  direction: "rtl",
  notification: {
    title: "طلب اتصال لتقديم المساعدة عن بُعد",
    body: "يطلب دعم تقنية المعلومات في {organization} مساعدتك على هذا الجهاز. لا توافق إلا إذا كنت على تواصل معهم وأخبروك برمز المطابقة {matchCode}.",
  },
  preview: "يطلب دعم تقنية المعلومات في {organization} مساعدتك على جهازك. رمز المطابقة: {matchCode}",
  mail: {
    subject: "يطلب دعم تقنية المعلومات في {organization} مساعدتك على جهازك",
    asks: "يطلب دعم تقنية المعلومات في {organization} مساعدتك على جهازك {device}.",
    open: "افتح الطلب على ذلك الجهاز، ويمكنك هناك القبول أو الرفض.",
    unexpected: "إذا لم تطلب المساعدة، فافتح الطلب وأخبرنا بذلك هناك.",
    button: "عرض الطلب",
    address: "إذا لم يعمل الزر، فانسخ هذا العنوان إلى المتصفح:",
  },
  page: {
    askTitle: "هل تسمح لدعم تقنية المعلومات بمساعدتك على هذا الجهاز؟",
    who: "الجهة الطالبة",
    why: "السبب",
    device: "الجهاز",
    matchCode: "رمز المطابقة",
    warning: "لا توافق إلا إذا كنت على تواصل مع دعم تقنية المعلومات وأخبروك برمز المطابقة نفسه.",
    next: "ما الذي سيحدث بعد ذلك",
    computerOpens: "يُفتح TeamViewer، أو يُنزَّل برنامجه الصغير QuickSupport.",
    computerAllows: "افتح البرنامج واسمح بالاتصال عندما يسألك.",
    appStore: "ثبِّت أولاً تطبيق TeamViewer QuickSupport من App Store",
    googlePlay: "ثبِّت أولاً تطبيق TeamViewer QuickSupport من Google Play",
    phoneContinues: "ثم ارجع إلى هذه الصفحة وتابِع. سيُفتح QuickSupport.",
    androidAllows: "اسمح بالاتصال عندما يسألك QuickSupport.",
    appleAllows: "اسمح بالاتصال، ثم ابدأ بث الشاشة بنفسك.",
    unseen: "لا يمكن لأحد رؤية شاشتك قبل أن تسمح بذلك.",
    accept: "قبول",
    decline: "رفض",
    notRequested: "لم أطلب هذا",
    acceptedTitle: "لقد قبلت",
    acceptedText: "تابِع إلى TeamViewer للسماح لدعم تقنية المعلومات بالاتصال، أو ارفض إذا غيَّرت رأيك.",
    goOn: "المتابعة إلى TeamViewer",
    declinedTitle: "لقد رفضت",
    declinedText: "لا يمكن لأحد الاتصال بجهازك. يمكنك إغلاق هذه الصفحة.",
    reportedTitle: "شكرًا لإبلاغنا",
    reportedText:
      "انتهى الطلب ولا يمكن لأحد الاتصال بجهازك. سيُبلَّغ دعم تقنية المعلومات بأنك لم تطلب ذلك. يمكنك إغلاق هذه الصفحة.",
    overTitle: "هذا الرابط لم يعد مستخدمًا",
    overText:
      "تمت الإجابة عن الطلب، أو انتهى، أو لم يكن موجودًا. إذا كنت لا تزال بحاجة إلى المساعدة، فتواصل مع دعم تقنية المعلومات.",
    failedTitle: "تعذَّر إتمام ذلك",
    failedText: "يُرجى المحاولة مرة أخرى بعد قليل. وإذا تكرر ذلك، فأعطِ دعم تقنية المعلومات هذا الرقم:",
  },
};
