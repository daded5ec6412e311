import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { securityHeaders } from "./headers.ts";
import { logFailure } from "./log.ts";
import { problemOf } from "./problem.ts";

/** A function that programs call by a signature of their own: every error becomes a problem (RFC 9457). No browser may read it. */
export function answeringProblems(
  answer: (request: HttpRequest, correlationId: string) => Promise<HttpResponseInit>,
): HttpHandler {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const headers = securityHeaders(request, []);
    try {
      const answered = await answer(request, context.invocationId);
      return { ...answered, headers: { ...headers, ...answered.headers } };
    } catch (error) {
      const problem = problemOf(logFailure(error, context), context.invocationId);
      // A 401 names a scheme (RFC 9110 section 15.5.2), and a token would not help here.
      const scheme: Record<string, string> = problem.status === 401 ? { "www-authenticate": "Webhook-Signature" } : {};
      return { ...problem, headers: { ...headers, ...problem.headers, ...scheme } };
    }
  };
}
