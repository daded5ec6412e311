import type { HttpRequest } from "@azure/functions";

/** True when the browser has what `etag` names already (If-None-Match, RFC 9110 section 13.1.2; compared weakly). */
export function isUnchanged(request: HttpRequest, etag: string): boolean {
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known.includes(etag) || known.includes("*");
}
