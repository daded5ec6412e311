/**
 * All that the user of a device reads, in one language. `{organization}`, `{matchCode}` and `{device}` are filled in;
 * every language has the same ones in the same texts.
 */
export type UserTexts = {
  direction: "ltr" | "rtl";
  /**
   * Company Portal's notification: a title of at most 50 characters, and a body of at most 149 without what is filled in,
   * so that the longest name and link that the settings allow stand whole in its 500.
   */
  notification: { title: string; body: string };
  /** Teams shows the notification's title and this, of at most 150 characters. */
  preview: string;
  mail: { subject: string; asks: string; open: string; unexpected: string; button: string; address: string };
  page: PageTexts;
};

/** What stands on the page behind the link. */
export type PageTexts = {
  askTitle: string;
  who: string;
  why: string;
  device: string;
  matchCode: string;
  warning: string;
  /** Heads the steps, which differ by platform. */
  next: string;
  computerOpens: string;
  computerAllows: string;
  appStore: string;
  googlePlay: string;
  phoneContinues: string;
  androidAllows: string;
  appleAllows: string;
  unseen: string;
  accept: string;
  decline: string;
  notRequested: string;
  acceptedTitle: string;
  acceptedText: string;
  goOn: string;
  declinedTitle: string;
  declinedText: string;
  reportedTitle: string;
  reportedText: string;
  overTitle: string;
  overText: string;
  failedTitle: string;
  /** Ends before a number that IT support can find the fault by. */
  failedText: string;
};
