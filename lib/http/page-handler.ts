import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { securityHeaders } from "./headers.ts";
import { logFailure } from "./log.ts";
import { html, pageOf } from "./page.ts";
import { problems } from "./problem.ts";

/** A function that answers a browser with a page or a redirect: what goes wrong becomes a page, too. */
export function pageHandler<App>(
  app: () => App,
  answer: (request: HttpRequest, app: App, correlationId: string) => Promise<HttpResponseInit>,
): HttpHandler {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const headers = securityHeaders(request, []);
    try {
      const answered = await answer(request, app(), context.invocationId);
      return { ...answered, headers: { ...headers, ...answered.headers } };
    } catch (error) {
      const known = logFailure(error, context);
      const { status, title } = problems[known.code];
      const content = html`<p>${known.message}</p><p>${context.invocationId}</p>`;
      const page = pageOf({ status, language: "en", title, content });
      const retryAfter: Record<string, string> = known.retryAfterSeconds
        ? { "retry-after": String(known.retryAfterSeconds) }
        : {};
      return { ...page, headers: { ...headers, ...page.headers, ...retryAfter } };
    }
  };
}
