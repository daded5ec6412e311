import type { ErrorCode } from "../../errors.ts";
import type { Header } from "./document.ts";

const described = {
  Location: { description: "Where it is from now on, or where to go", schema: { type: "string" } },
  "Retry-After": { description: "Seconds to wait before asking again", schema: { type: "integer", minimum: 1 } },
  "WWW-Authenticate": {
    description: "Bearer; with `claims` when Entra wants more of the one who signs in",
    schema: { type: "string" },
  },
  "Set-Cookie": { description: "Binds the consent to this browser, or ends that", schema: { type: "string" } },
  "X-Incomplete": {
    description: "Only with CSV: what is missing, and what to do",
    schema: { type: "string" },
  },
  Link: {
    description: 'Where the next part is (`rel="next"`, RFC 8288), relative to this address; missing on the last one',
    schema: { type: "string" },
  },
  ETag: { description: "Names this content", schema: { type: "string" } },
  "Content-Encoding": { description: "br or gzip", schema: { type: "string" } },
  "Content-Language": { description: "The language of the page", schema: { type: "string" } },
} as const satisfies Record<string, Header>;

/** A header that callers can make use of; those that every answer has protect browsers and need no words. */
export type AnswerHeader = keyof typeof described;

export const answerHeaderNames = Object.keys(described) as AnswerHeader[];

/** The headers as OpenAPI has them; nothing when there are none. */
export function answerHeaders(names: readonly AnswerHeader[]): { headers?: Record<string, Header> } {
  if (names.length === 0) return {};
  return { headers: Object.fromEntries(names.map((name) => [name, described[name]])) };
}

const waiting: readonly ErrorCode[] = [
  "too-many-requests",
  "too-many-notifications",
  "request-in-progress",
  "quiet-hours",
  "upstream-unavailable",
  "upstream-invalid",
  "upstream-timeout",
];

/** The headers that a problem with one of `codes` may carry. */
export function problemHeaders(codes: readonly ErrorCode[]): AnswerHeader[] {
  const names: AnswerHeader[] = [];
  if (codes.includes("unauthenticated")) names.push("WWW-Authenticate");
  if (codes.some((code) => waiting.includes(code))) names.push("Retry-After");
  return names;
}
