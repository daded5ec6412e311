import type { HttpHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { askPage, failedPage, overPage } from "../lib/http/answer-page.ts";
import { languagesOf } from "../lib/http/languages.ts";
import { acceptLanguage, aPage, failurePages, type OpenOperation } from "../lib/http/openapi/open-operation.ts";
import { pageHandler } from "../lib/http/page-handler.ts";

export const answerPageOperation: OpenOperation = {
  summary: "The page that asks the user",
  description:
    "Its address is the key: the notification holds it, and it is over when the session is answered or over.",
  headers: acceptLanguage,
  answers: {
    200: aPage("Who asks, why, on which device, the match code; a form with the answers"),
    404: aPage("A wrong, used or expired link: the same page for all of them"),
    ...failurePages,
  },
};

/** GET /h/{token}: asks the user of the device. */
export const answerPage = (app: () => App): HttpHandler =>
  pageHandler(
    app,
    async (request, { sessions, sessionIdOfToken, languageFor, pageLanguage, organization }) => {
      const browser = languagesOf(request);
      const id = await sessionIdOfToken(request.params.token ?? "");
      const session = id ? await sessions.findForUser(id) : undefined;
      if (!session) return overPage(languageFor(browser));
      return askPage(session, organization, await pageLanguage(session, browser));
    },
    failedPage,
  );
