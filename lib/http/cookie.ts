import type { HttpRequest } from "@azure/functions";

/** The cookie `name` of a request; undefined when it is missing or sent twice (RFC 6265 section 5.4 allows both). */
export function cookieOf(request: HttpRequest, name: string): string | undefined {
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const values = pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}
