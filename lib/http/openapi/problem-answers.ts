import type { ErrorCode } from "../../errors.ts";
import type { Endpoint } from "../endpoint.ts";
import { problems } from "../problem.ts";
import { answerHeaders, problemHeaders } from "./answer-headers.ts";
import type { Response } from "./document.ts";

type Asking = Pick<Endpoint<never>, "params" | "query" | "body" | "idempotencyKey" | "problems">;

/** What the check of a token may end in, for every route that needs one; Entra's keys and Intune's rights are asked for it. */
const ofToken: readonly ErrorCode[] = ["unauthenticated", "forbidden", "too-many-requests"];

/** What may happen to whatever needs storage and services. */
export const ofServices: readonly ErrorCode[] = [
  "internal-error",
  "upstream-invalid",
  "upstream-unavailable",
  "upstream-timeout",
];

/** What whoever requests a session may be told, besides the above. */
export const ofSessionRequest: readonly ErrorCode[] = [
  "device-not-found",
  "device-not-eligible",
  "device-not-compliant",
  "reason-required",
  "ticket-required",
  "ticket-invalid",
  "quiet-hours",
  "connector-not-connected",
  "connector-needs-consent",
  "licence-limit",
  "request-in-progress",
  "idempotency-key-reused",
  "too-many-notifications",
];

/** Every code that an endpoint can answer: those of its token, of what it reads, of services, and its own. */
export function codesOf({ params, query, body, idempotencyKey, problems = [] }: Asking): ErrorCode[] {
  const reads = params || query || body || idempotencyKey;
  return [
    ...new Set<ErrorCode>([
      ...ofToken,
      ...(reads ? (["invalid-request"] as const) : []),
      ...(body ? (["unsupported-media-type", "payload-too-large"] as const) : []),
      ...problems,
      ...ofServices,
    ]),
  ];
}

/** One answer for each status that one of `codes` has (RFC 9457): it says which codes it may carry. */
export function problemAnswers(codes: readonly ErrorCode[]): Record<string, Response> {
  const byStatus = Map.groupBy(codes, (code) => problems[code].status);
  return Object.fromEntries([...byStatus].map(([status, its]) => [String(status), problemAnswer(its)]));
}

function problemAnswer(codes: readonly ErrorCode[]): Response {
  const code = codes.length === 1 ? { const: codes[0] } : { enum: codes };
  const schema = { allOf: [{ $ref: "#/components/schemas/Problem" }, { properties: { code } }] };
  return {
    description: `${codes.map((each) => `${problems[each].title} (\`${each}\`)`).join("; ")}.`,
    ...answerHeaders(problemHeaders(codes)),
    content: { "application/problem+json": { schema } },
  };
}
