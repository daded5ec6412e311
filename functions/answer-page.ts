import type { HttpHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { askPage, failedPage, overPage } from "../lib/http/answer-page.ts";
import { languagesOf } from "../lib/http/languages.ts";
import { pageHandler } from "../lib/http/page-handler.ts";

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
