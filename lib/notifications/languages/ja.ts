import type { UserTexts } from "../user-texts.ts";

/** Japanese. */
export const ja: UserTexts = {
  direction: "ltr",
  notification: {
    title: "リモートサポートの接続依頼",
    body: "{organization} の IT サポートが、このデバイスでのサポートを希望しています。担当者と連絡を取っていて、確認コード {matchCode} を伝えられた場合にのみ承認してください。",
  },
  preview: "{organization} の IT サポートが、お使いのデバイスでのサポートを希望しています。確認コード：{matchCode}",
  mail: {
    subject: "{organization} の IT サポートからのリモートサポートの依頼",
    asks: "{organization} の IT サポートが、お使いのデバイス {device} でのサポートを希望しています。",
    open: "そのデバイスで依頼を開いてください。承認または拒否できます。",
    unexpected: "サポートを依頼した覚えがない場合は、依頼を開いてお知らせください。",
    button: "依頼を確認する",
    address: "ボタンが機能しない場合は、次のアドレスをブラウザーにコピーしてください。",
  },
  page: {
    askTitle: "IT サポートがこのデバイスをサポートしてもよろしいですか？",
    who: "依頼元",
    why: "理由",
    device: "デバイス",
    matchCode: "確認コード",
    warning: "IT サポートと連絡を取っていて、同じ確認コードを伝えられた場合にのみ承認してください。",
    next: "この後の流れ",
    computerOpens: "TeamViewer が開くか、小さなプログラム QuickSupport がダウンロードされます。",
    computerAllows: "プログラムを開き、確認が表示されたら接続を許可してください。",
    appStore: "まず App Store から TeamViewer QuickSupport をインストールしてください",
    googlePlay: "まず Google Play から TeamViewer QuickSupport をインストールしてください",
    phoneContinues: "次にこのページに戻って続行してください。QuickSupport が開きます。",
    androidAllows: "QuickSupport の確認が表示されたら、接続を許可してください。",
    appleAllows: "接続を許可してから、ご自身で画面のブロードキャストを開始してください。",
    unseen: "許可するまで、画面が誰かに見られることはありません。",
    accept: "承認する",
    decline: "拒否する",
    notRequested: "依頼した覚えがありません",
    acceptedTitle: "承認しました",
    acceptedText: "TeamViewer に進んで IT サポートの接続を許可してください。今から拒否することもできます。",
    goOn: "TeamViewer に進む",
    declinedTitle: "拒否しました",
    declinedText: "お使いのデバイスには誰も接続できません。このページを閉じてください。",
    reportedTitle: "お知らせいただきありがとうございます",
    reportedText:
      "依頼は終了し、お使いのデバイスには誰も接続できません。依頼した覚えがないことは IT サポートに伝えられます。このページを閉じてください。",
    overTitle: "このリンクは現在使われていません",
    overText:
      "依頼は回答済みか、終了したか、存在しなかったものです。サポートがまだ必要な場合は、IT サポートにお問い合わせください。",
    failedTitle: "うまくいきませんでした",
    failedText: "しばらくしてからもう一度お試しください。再び発生する場合は、次の番号を IT サポートにお伝えください。",
  },
};
