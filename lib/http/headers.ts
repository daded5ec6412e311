import type { HttpRequest } from "@azure/functions";

/** The token of a header Authorization that was checked before. */
export const tokenIn = (authorization: string | null) => (authorization ?? "").replace(/^Bearer /i, "");

/** Headers of every answer: nothing is cached, framed or guessed; front ends on listed origins may read it (Fetch standard, CORS). */
export function securityHeaders(request: HttpRequest, allowedOrigins: readonly string[]): Record<string, string> {
  const origin = request.headers.get("origin");
  const cors =
    origin && allowedOrigins.includes(origin)
      ? { "access-control-allow-origin": origin, "access-control-expose-headers": "Retry-After, Location, Link" }
      : {};
  return {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    ...(allowedOrigins.length > 0 ? { vary: "Origin" } : {}),
    ...cors,
  };
}
