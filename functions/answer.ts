import type { HttpHandler } from "@azure/functions";
import * as z from "zod";
import type { App } from "../lib/app.ts";
import { AppError } from "../lib/errors.ts";
import { declinedPage, failedPage, overPage, reportedPage } from "../lib/http/answer-page.ts";
import { languagesOf } from "../lib/http/languages.ts";
import { acceptLanguage, aPage, failurePages, type OpenOperation } from "../lib/http/openapi/open-operation.ts";
import { pageHandler } from "../lib/http/page-handler.ts";
import { readText } from "../lib/http/read-request.ts";

const answerSchema = z.enum(["accept", "decline", "not-requested"]);

export const answerOperation: OpenOperation = {
  summary: "The user's answer",
  headers: acceptLanguage,
  body: { "application/x-www-form-urlencoded": z.object({ answer: answerSchema }) },
  answers: {
    200: aPage("Declined, or reported as not asked for: the session is over"),
    303: { description: "Accepted: on to TeamViewer, with the end-customer link", headers: ["Location"] },
    400: aPage("None of the answers on the page"),
    404: aPage("A wrong, used or expired link: the same page for all of them"),
    413: aPage("The form is too large"),
    ...failurePages,
  },
};

/** POST /h/{token}: the user's answer. Accepting leads to TeamViewer, everything else closes the session. */
export const answer = (app: () => App): HttpHandler =>
  pageHandler(
    app,
    async (request, { sessions, sessionIdOfToken, languageFor, pageLanguage }, correlationId) => {
      const form = new URLSearchParams(await readText(request));
      const given = answerSchema.safeParse(form.get("answer"));
      const id = await sessionIdOfToken(request.params.token ?? "");
      const browser = languagesOf(request);
      if (!id) return overPage(languageFor(browser));
      if (!given.success) throw new AppError("invalid-request", "Choose one of the answers on the page.");

      const session = await sessions.answer(id, given.data, correlationId);
      if (!session?.endCustomerUrl) return overPage(languageFor(browser));
      if (given.data === "accept") return { status: 303, headers: { location: session.endCustomerUrl } };
      const language = await pageLanguage(session, browser);
      return given.data === "decline" ? declinedPage(language) : reportedPage(language);
    },
    failedPage,
  );
