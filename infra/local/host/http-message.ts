import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpCookie, HttpData, InvocationResponse } from "./core-api.ts";

/** A request as the host hands it to the worker (azure-functions-host, GrpcMessageConversionExtensions.ToRpcHttp). */
export function toHttpData(
  incoming: IncomingMessage,
  url: URL,
  params: Record<string, string>,
  body: Buffer | undefined,
): HttpData {
  const headers = Object.entries(incoming.headersDistinct).map(
    ([name, values = []]) => [name, values.join(name === "cookie" ? "; " : ",")] as const,
  );
  // The host joins the values of a repeated query key; the URL keeps them apart.
  const query = [...new Set(url.searchParams.keys())].map(
    (name) => [name, url.searchParams.getAll(name).join(",")] as const,
  );
  return {
    method: incoming.method ?? "GET",
    url: url.href,
    nullableHeaders: nullableMap(headers),
    nullableQuery: nullableMap(query),
    nullableParams: nullableMap(Object.entries(params)),
    ...(body?.length && { body: { bytes: body } }),
  };
}

function nullableMap(entries: (readonly [string, string])[]) {
  return Object.fromEntries(entries.map(([name, value]) => [name, { value }]));
}

// The message's framing is this server's business (RFC 9112, section 6).
const FRAMING = new Set(["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"]);

/** Sends what the function answered; no answer at all is 204, as in Azure. */
export function sendResponse(outgoing: ServerResponse, response: InvocationResponse) {
  const http = response.returnValue?.http;
  if (!http) return sendEmpty(outgoing, 204);
  const headers = Object.entries(http.headers ?? {}).filter(([name]) => !FRAMING.has(name.toLowerCase()));
  for (const [name, value] of headers) outgoing.setHeader(name, value);
  const cookies = (http.cookies ?? []).map(setCookie);
  if (cookies.length > 0) outgoing.appendHeader("set-cookie", cookies);
  const status = Number(http.statusCode ?? 200);
  const body = http.body?.bytes ?? http.body?.string ?? "";
  outgoing.statusCode = status;
  if (status !== 204 && status !== 304) outgoing.setHeader("content-length", Buffer.byteLength(body));
  outgoing.end(body);
}

/** An answer with a status and nothing else. */
export function sendEmpty(outgoing: ServerResponse, status: number) {
  outgoing.writeHead(status, status === 204 ? {} : { "content-length": 0 });
  outgoing.end();
}

/** ASP.NET's SetCookieHeaderValue: the value is escaped, the path is `/` unless given. */
function setCookie(cookie: HttpCookie): string {
  const value = encodeURIComponent(cookie.value).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const expires = cookie.expires?.value;
  const sameSite = { lax: "lax", strict: "strict", explicitNone: "none", none: undefined }[cookie.sameSite ?? "none"];
  return [
    `${cookie.name}=${value}`,
    expires && `expires=${new Date(expires.seconds * 1000).toUTCString()}`,
    cookie.maxAge?.value !== undefined && `max-age=${Math.trunc(cookie.maxAge.value)}`,
    cookie.domain?.value && `domain=${cookie.domain.value}`,
    `path=${cookie.path?.value ?? "/"}`,
    cookie.secure?.value && "secure",
    sameSite && `samesite=${sameSite}`,
    cookie.httpOnly?.value && "httponly",
  ]
    .filter(Boolean)
    .join("; ");
}
