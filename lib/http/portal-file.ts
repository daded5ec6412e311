import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { chooseEncoding } from "./encoding.ts";
import { isUnchanged } from "./unchanged.ts";

/** A file of the portal; its name changes with its content. */
export type PortalFile = { contentType: string; hash: string; plain: Uint8Array; br: Uint8Array; gzip: Uint8Array };

const YEAR_SECONDS = 31_536_000;

/** The file, in the encoding that the browser likes best. Browsers keep it: other content has another name. */
export function portalFile(request: HttpRequest, file: PortalFile): HttpResponseInit {
  const encoding = chooseEncoding(request.headers.get("accept-encoding"));
  // Each encoding is a representation of its own (RFC 9110 section 8.8.3.3).
  const etag = `"${file.hash}${encoding ? `-${encoding}` : ""}"`;
  const headers = {
    etag,
    vary: "Accept-Encoding",
    "cache-control": `public, max-age=${YEAR_SECONDS}, immutable`,
  };
  if (isUnchanged(request, etag)) return { status: 304, headers };
  const described = { ...headers, "content-type": file.contentType };
  if (!encoding) return { status: 200, headers: described, body: file.plain };
  return { status: 200, headers: { ...described, "content-encoding": encoding }, body: file[encoding] };
}

/** What is no file of the portal: a short text, because nobody reads it. */
export const noPortalFile = (): HttpResponseInit => ({
  status: 404,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: "The portal has no such file.\n",
});
