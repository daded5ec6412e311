import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type { AppError } from "../errors.ts";
import { html } from "../notifications/html.ts";
import { chooseLanguage } from "../notifications/texts.ts";
import { securityHeaders } from "./headers.ts";
import { languagesOf } from "./languages.ts";
import { logFailure } from "./log.ts";
import { pageOf } from "./page.ts";
import { problems } from "./problem.ts";

type LanguageFor = (wanted: readonly (string | undefined)[]) => string;
/** What went wrong, for a page about it: `number` finds it in the log. */
type Failure = { status: number; language: string; number: string; error: AppError };

/**
 * A function that answers a browser with a page or a redirect: what goes wrong becomes a page, too. Administrators read in
 * English what it is; `failed` makes another page of it.
 */
export function pageHandler<App extends { languageFor: LanguageFor }>(
  app: () => App,
  answer: (request: HttpRequest, app: App, correlationId: string) => Promise<HttpResponseInit>,
  failed: (failure: Failure) => ReturnType<typeof pageOf> = plainPage,
): HttpHandler {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const headers = securityHeaders(request, []);
    let languageFor: LanguageFor = chooseLanguage;
    try {
      const having = app();
      languageFor = having.languageFor;
      const answered = await answer(request, having, context.invocationId);
      return { ...answered, headers: { ...headers, ...answered.headers } };
    } catch (error) {
      const known = logFailure(error, context);
      const { status } = problems[known.code];
      const language = languageFor(languagesOf(request));
      const page = failed({ status, language, number: context.invocationId, error: known });
      const retryAfter: Record<string, string> = known.retryAfterSeconds
        ? { "retry-after": String(known.retryAfterSeconds) }
        : {};
      return { ...page, headers: { ...headers, ...page.headers, ...retryAfter } };
    }
  };
}

function plainPage({ status, number, error }: Failure) {
  const content = html`<p>${error.message}</p><p>${number}</p>`;
  return pageOf({ status, language: "en", title: problems[error.code].title, content });
}
