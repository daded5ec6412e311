import type { Platform } from "../devices/device.ts";
import { type Html, html } from "../notifications/html.ts";
import type { PageTexts } from "../notifications/user-texts.ts";

const APP_STORE = "https://apps.apple.com/app/teamviewer-quicksupport/id661649585";
const GOOGLE_PLAY = "https://play.google.com/store/apps/details?id=com.teamviewer.quicksupport.market";

/** What happens after the user accepted: phones need QuickSupport from their store, computers get it from the link. */
export function nextSteps(platform: Platform, texts: PageTexts): Html {
  const steps = stepsOn(platform, texts).map((step) => html`<li>${step}</li>`.html);
  return html`<section class="next">
<h2>${texts.next}</h2>
<ol>${{ html: steps.join("") }}</ol>
<p>${texts.unseen}</p>
</section>`;
}

function stepsOn(platform: Platform, texts: PageTexts): (string | Html)[] {
  switch (platform) {
    case "ios":
    case "ipados":
      // iOS shows a screen to others only after its user began to broadcast it.
      return [linkTo(APP_STORE, texts.appStore), texts.phoneContinues, texts.appleAllows];
    case "android":
      return [linkTo(GOOGLE_PLAY, texts.googlePlay), texts.phoneContinues, texts.androidAllows];
    default:
      return [texts.computerOpens, texts.computerAllows];
  }
}

const linkTo = (url: string, words: string) => html`<a href="${url}" rel="noreferrer">${words}</a>`;
