import { createHash } from "node:crypto";
import type { HttpResponseInit } from "@azure/functions";
import { type Html, html } from "../notifications/html.ts";
import { textsIn } from "../notifications/languages.ts";
import { pageStyle } from "./page-style.ts";

type Page = {
  status: number;
  language: string;
  title: string;
  content: Html;
  /** Stands above the title. */
  icon?: Html;
  /** Where its form may lead besides itself: the redirect after a form counts too (CSP3 form-action). */
  formTarget?: string | undefined;
  style?: string;
};

/** A whole page under a strict Content-Security-Policy: no script, nothing from elsewhere, in no frame. */
export function pageOf({
  status,
  language,
  title,
  content,
  icon,
  formTarget,
  style = pageStyle,
}: Page): HttpResponseInit & { headers: Record<string, string> } {
  const { html: body } = html`<!doctype html>
<html lang="${language}" dir="${textsIn(language).direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
<main>
${icon}<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
  const styleHash = createHash("sha256").update(style).digest("base64");
  const formAction = `form-action 'self'${formTarget ? ` ${new URL(formTarget).origin}` : ""}`;
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-language": language,
      "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
    },
    body,
  };
}
