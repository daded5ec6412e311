import { createHash } from "node:crypto";
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import type { PortalConfig } from "../access/portal-config.ts";
import { html } from "../notifications/html.ts";
import { isUnchanged } from "./unchanged.ts";

/** The files that the page names. */
type Named = { script: string; style: string };

const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3.5" fill="#0f6cbd"/><path d="M3.5 4.5h9v6h-9zM6 13h4" fill="none" stroke="#fff" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/></svg>',
)}`;

/** The portal's one page, for every address of it: what it shows is up to its script. */
export function portalPage(request: HttpRequest, { script, style }: Named, config: PortalConfig): HttpResponseInit {
  const { html: body } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="connector" content="${JSON.stringify(config)}">
<title>Remote assistance</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="/portal/assets/${style}">
<script type="module" src="/portal/assets/${script}"></script>
</head>
<body>
<div id="portal"></div>
<noscript>
<p>The portal needs JavaScript. The pages that users of devices get do not.</p>
<p lang="fr">Le portail a besoin de JavaScript. Les pages destinées aux utilisateurs des appareils s’en passent.</p>
</noscript>
</body>
</html>
`;
  const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
  const headers = {
    etag,
    // Asked for each time, so that a new version is seen at once.
    "cache-control": "no-cache",
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": contentSecurityPolicy(config.entraUrl),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
  };
  return isUnchanged(request, etag) ? { status: 304, headers } : { status: 200, headers, body };
}

/** Own files only, calls to this app and Entra only, in no frame, and no text that becomes code or markup (Trusted Types). */
function contentSecurityPolicy(entraUrl: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${new URL(entraUrl).origin}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}
