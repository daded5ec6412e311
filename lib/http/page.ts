import { createHash } from "node:crypto";
import type { HttpResponseInit } from "@azure/functions";

/** Text that is already HTML. */
export type Html = { html: string };

/** HTML with every value escaped, except Html. */
export function html(strings: TemplateStringsArray, ...values: (string | Html | undefined)[]): Html {
  const parts = strings.map((part, index) => {
    const value = values[index];
    if (value === undefined) return part;
    return part + (typeof value === "string" ? escaped(value) : value.html);
  });
  return { html: parts.join("") };
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 34rem; padding: 2rem 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
dt { font-weight: 600; } dd { margin: 0 0 .75rem; overflow-wrap: anywhere; }
.code { font-size: 2rem; font-weight: 700; letter-spacing: .15em; }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button { font: inherit; min-height: 2.75rem; padding: .5rem 1.5rem; border: 1px solid currentColor; border-radius: .25rem; background: transparent; color: inherit; cursor: pointer; }
button.primary { background: #0f5ea8; border-color: #0f5ea8; color: #fff; }
button:focus-visible, a:focus-visible { outline: 3px solid #0f5ea8; outline-offset: 2px; }
`;
const styleHash = createHash("sha256").update(style).digest("base64");

type Page = {
  status: number;
  language: string;
  title: string;
  content: Html;
  /** Where its form may lead besides itself: the redirect after a form counts too (CSP3 form-action). */
  formTarget?: string | undefined;
};

/** A whole page under a strict Content-Security-Policy: no script, nothing from elsewhere, in no frame. */
export function pageOf({
  status,
  language,
  title,
  content,
  formTarget,
}: Page): HttpResponseInit & { headers: Record<string, string> } {
  const { html: body } = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
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
