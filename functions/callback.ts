import type { HttpHandler } from "@azure/functions";
import * as z from "zod";
import type { App } from "../lib/app.ts";
import type { CallbackInput } from "../lib/connector/callback.ts";
import { consentIdOf } from "../lib/connector/consent.ts";
import { callbackPage } from "../lib/http/callback-page.ts";
import { cookieOf } from "../lib/http/cookie.ts";
import { languagesOf } from "../lib/http/languages.ts";
import { acceptLanguage, aPage, failurePages, type OpenOperation } from "../lib/http/openapi/open-operation.ts";
import { pageHandler } from "../lib/http/page-handler.ts";

/** `__Host-`: set by this host alone, over https, for every path (RFC 6265bis section 4.1.3.2). */
export const CONSENT_COOKIE = "__Host-consent";

const MAX_VALUE_LENGTH = 2048;

const value = z.string().max(MAX_VALUE_LENGTH).optional();

export const callbackOperation: OpenOperation = {
  summary: "TeamViewer's answer to the consent",
  description: "TeamViewer sends the administrator's browser here; nobody else has a reason to call it.",
  query: z.object({ code: value, state: value, error: value }),
  headers: acceptLanguage,
  cookies: { [CONSENT_COOKIE]: { description: "What the start of the consent set, sealed" } },
  answers: {
    200: aPage("What came of it and what to do next", ["Set-Cookie"]),
    400: aPage("An answer that was used, took too long or belongs to another browser", ["Set-Cookie"]),
    ...failurePages,
    502: aPage("TeamViewer did not complete the connection", ["Set-Cookie", "Retry-After"]),
  },
};

/** GET /api/connector/callback: TeamViewer's answer to the consent, and a page that says what to do next. */
export const callback = (app: () => App): HttpHandler =>
  pageHandler(app, async (request, { connector, languageFor }, correlationId) => {
    const language = languageFor(languagesOf(request));
    const input = inputOf(new URL(request.url).searchParams);
    const outcome = input
      ? await connector.callback({ ...input, cookie: cookieOf(request, CONSENT_COOKIE), correlationId })
      : "invalid";
    const spent = {
      name: CONSENT_COOKIE,
      value: "",
      path: "/",
      secure: true,
      httpOnly: true,
      sameSite: "Lax" as const,
      maxAge: 0,
    };
    // The id is a hash: it opens nothing, and only the same person can confirm.
    const consentId = outcome === "awaitingConfirmation" && input?.state ? consentIdOf(input.state) : undefined;
    return { ...callbackPage(outcome, language, consentId), cookies: [spent] };
  });

/** Each parameter once and of sane length; undefined when anything is repeated or overlong (RFC 6749 section 3.1). */
function inputOf(query: URLSearchParams): Pick<CallbackInput, "state" | "code" | "error"> | undefined {
  const names = [...query.keys()];
  const isSound =
    new Set(names).size === names.length && [...query.values()].every((value) => value.length <= MAX_VALUE_LENGTH);
  if (!isSound) return undefined;
  const [state, code, error] = ["state", "code", "error"].map((name) => query.get(name) ?? undefined);
  return { state, code, error };
}
