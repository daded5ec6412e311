import type { HttpResponseInit } from "@azure/functions";
import * as z from "zod";
import type { AppError, ErrorCode } from "../errors.ts";

/** How each error is answered: a code without a row does not compile. */
export const problems: Record<ErrorCode, { status: number; title: string }> = {
  unauthenticated: { status: 401, title: "Not signed in" },
  forbidden: { status: 403, title: "Not allowed" },
  "invalid-request": { status: 400, title: "The request is not valid" },
  "unsupported-media-type": { status: 415, title: "The body must be JSON" },
  "payload-too-large": { status: 413, title: "The body is too large" },
  "device-not-found": { status: 404, title: "No such device" },
  "device-ambiguous": { status: 409, title: "Several devices have this name" },
  "session-not-found": { status: 404, title: "No such session" },
  "consent-not-found": { status: 404, title: "No such consent" },
  "consent-not-completed": { status: 409, title: "The consent is not completed" },
  "consent-expired": { status: 409, title: "The consent is over" },
  "device-not-eligible": { status: 422, title: "The device cannot be helped" },
  "device-not-compliant": { status: 422, title: "The device is not compliant" },
  "reason-required": { status: 422, title: "A reason is required" },
  "ticket-required": { status: 422, title: "A ticket is required" },
  "ticket-invalid": { status: 422, title: "The ticket is not valid" },
  "quiet-hours": { status: 409, title: "Users are not notified now" },
  "connector-not-connected": { status: 409, title: "TeamViewer is not connected" },
  "connector-needs-consent": { status: 409, title: "TeamViewer needs consent again" },
  "connector-changed": { status: 409, title: "The connector changed meanwhile" },
  "webhook-not-found": { status: 404, title: "No such webhook" },
  "webhook-not-active": { status: 409, title: "The webhook is not active" },
  "webhook-changed": { status: 409, title: "The webhook changed meanwhile" },
  "too-many-webhooks": { status: 409, title: "There are too many webhooks" },
  "delivery-not-found": { status: 404, title: "No such delivery" },
  "source-not-found": { status: 404, title: "No such inbound source" },
  "source-name-taken": { status: 409, title: "The name belongs to another source" },
  "source-changed": { status: 409, title: "The source changed meanwhile" },
  "too-many-sources": { status: 409, title: "There are too many sources" },
  "session-ended": { status: 409, title: "The session is over" },
  "request-in-progress": { status: 409, title: "The same request is still running" },
  "idempotency-key-reused": { status: 422, title: "The Idempotency-Key belongs to another request" },
  "too-many-notifications": { status: 429, title: "Too many notifications" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "licence-limit": { status: 409, title: "The TeamViewer licence is used up" },
  "upstream-unavailable": { status: 503, title: "A service is not available" },
  "upstream-invalid": { status: 502, title: "A service gave an unusable answer" },
  "upstream-timeout": { status: 504, title: "A service did not answer in time" },
  "internal-error": { status: 500, title: "Something went wrong here" },
};

/** RFC 9457, with our `code` (the end of `type`) as a field of its own. */
export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    code: z.enum(Object.keys(problems) as [ErrorCode, ...ErrorCode[]]),
    reasons: z.array(z.strictObject({ code: z.string(), text: z.string() })).optional(),
  })
  .meta({ id: "Problem" });

/** The answer for `error`; `invocationId` lets its logs be found. */
export function problemOf(
  error: AppError,
  invocationId: string,
): HttpResponseInit & { headers: Record<string, string> } {
  const { status, title } = problems[error.code];
  const problem: z.infer<typeof problemSchema> = {
    type: `urn:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    instance: invocationId,
    code: error.code,
    ...(error.reasons ? { reasons: [...error.reasons] } : {}),
  };
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (error.retryAfterSeconds !== undefined) headers["retry-after"] = String(error.retryAfterSeconds);
  if (error.code === "unauthenticated") headers["www-authenticate"] = "Bearer";
  if (error.claimsChallenge !== undefined) Object.assign(headers, claimsChallengeHeaders(error.claimsChallenge));
  return { status, headers, body: JSON.stringify(problem) };
}

/** How a front end learns what to ask Entra for (learn.microsoft.com/entra/identity-platform/claims-challenge), on any origin. */
function claimsChallengeHeaders(claims: string): Record<string, string> {
  const encoded = Buffer.from(claims).toString("base64");
  return {
    "www-authenticate": `Bearer realm="", error="insufficient_claims", claims="${encoded}"`,
    "access-control-expose-headers": "Retry-After, Location, WWW-Authenticate",
  };
}
