/** The account is what they sign in with. */
export type Person = readonly [givenName: string, surname: string, account: string];

/** People who write their name in the script of their language. */
export const peopleByLanguage: Record<string, readonly Person[]> = {
  "fr-FR": [
    ["Zoë", "Lefèvre", "zoe.lefevre"],
    ["Noël", "D’Aubigné", "noel.daubigne"],
  ],
  "de-DE": [
    ["Jürgen", "Groß", "juergen.gross"],
    ["Änne", "Müller-Lüdenscheidt", "aenne.mueller"],
  ],
  "es-ES": [
    ["Íñigo", "Peña Núñez", "inigo.pena"],
    ["María José", "Ibáñez", "mjose.ibanez"],
  ],
  "pt-BR": [
    ["João", "Conceição", "joao.conceicao"],
    ["Luísa", "Araújo", "luisa.araujo"],
  ],
  "it-IT": [
    ["Niccolò", "D'Angelo", "niccolo.d'angelo"],
    ["Giosuè", "Rizzo", "giosue.rizzo"],
  ],
  "nl-NL": [
    ["Daniël", "van ’t Hof", "daniel.vanthof"],
    ["Zoë", "IJzerman", "zoe.ijzerman"],
  ],
  "sv-SE": [
    ["Åsa", "Öberg", "asa.oberg"],
    ["Göran", "Ångström", "goran.angstrom"],
  ],
  "pl-PL": [
    ["Łukasz", "Żółć", "lukasz.zolc"],
    ["Święcisława", "Śmigły", "swiecislawa.smigly"],
  ],
  "cs-CZ": [
    ["Jiří", "Dvořák", "jiri.dvorak"],
    ["Zdeňka", "Růžičková", "zdenka.ruzickova"],
  ],
  "tr-TR": [
    ["İpek", "Işık", "ipek.isik"],
    ["Çağrı", "Yıldız", "cagri.yildiz"],
  ],
  "el-GR": [
    ["Ελένη", "Παπαδοπούλου", "eleni.papadopoulou"],
    ["Γιώργος", "Νικολάου", "giorgos.nikolaou"],
  ],
  "ru-RU": [
    ["Светлана", "Щербакова", "svetlana.shcherbakova"],
    ["Фёдор", "Ёлкин", "fedor.elkin"],
  ],
  "uk-UA": [
    ["Ґалина", "Їжак", "galyna.yizhak"],
    ["Євген", "Коваль", "yevhen.koval"],
  ],
  "ar-SA": [
    ["ليلى", "الحسيني", "layla.alhusseini"],
    ["عمر", "القحطاني", "omar.alqahtani"],
  ],
  "he-IL": [
    ["נועה", "כהן", "noa.cohen"],
    ["יוסף", "לוי", "yosef.levi"],
  ],
  "hi-IN": [
    ["प्रिया", "शर्मा", "priya.sharma"],
    ["अर्जुन", "सिंह", "arjun.singh"],
  ],
  "th-TH": [
    ["สมชาย", "ใจดี", "somchai.jaidee"],
    ["มะลิ", "ศรีสุข", "mali.srisuk"],
  ],
  "vi-VN": [
    ["Ngọc", "Nguyễn", "ngoc.nguyen"],
    ["Đức", "Phạm", "duc.pham"],
  ],
  "ja-JP": [
    ["美咲", "髙橋", "misaki.takahashi"],
    ["健太", "渡邉", "kenta.watanabe"],
  ],
  "ko-KR": [
    ["지우", "김", "jiwoo.kim"],
    ["서연", "박", "seoyeon.park"],
  ],
  "zh-Hans": [
    ["小龙", "李", "xiaolong.li"],
    ["𠮷祥", "王", "jixiang.wang"],
  ],
  "zh-Hant": [
    ["雅婷", "陳", "yating.chen"],
    ["志豪", "黃", "zhihao.huang"],
  ],
  en: [
    ["Seán", "O'Brien", "sean.o'brien"],
    ["Mary-Jane", "St. John", "mj.stjohn"],
  ],
};

/** Languages that put the family name first. */
export const familyNameFirst = new Set(["ja-JP", "ko-KR", "zh-Hans", "zh-Hant", "vi-VN"]);
