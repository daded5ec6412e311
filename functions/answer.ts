import type { HttpHandler } from "@azure/functions";
import * as z from "zod";
import type { App } from "../lib/app.ts";
import { AppError } from "../lib/errors.ts";
import { declinedPage, overPage } from "../lib/http/answer-page.ts";
import { languagesOf } from "../lib/http/languages.ts";
import { pageHandler } from "../lib/http/page-handler.ts";
import { readText } from "../lib/http/read-request.ts";

const answerSchema = z.enum(["accept", "decline"]);

/** POST /h/{token}: the user's answer. Accepting leads to TeamViewer, declining closes the session. */
export const answer = (app: () => App): HttpHandler =>
  pageHandler(app, async (request, { sessions, sessionIdOfToken, languageFor }, correlationId) => {
    const form = new URLSearchParams(await readText(request));
    const given = answerSchema.safeParse(form.get("answer"));
    const id = await sessionIdOfToken(request.params.token ?? "");
    if (!id) return overPage(languageFor(languagesOf(request)));
    if (!given.success) throw new AppError("invalid-request", "Choose accept or decline on the page.");

    const session = await sessions.answer(id, given.data, correlationId);
    const language = languageFor([session?.language, ...languagesOf(request)]);
    if (!session?.endCustomerUrl) return overPage(language);
    if (given.data === "decline") return declinedPage(language);
    return { status: 303, headers: { location: session.endCustomerUrl } };
  });
