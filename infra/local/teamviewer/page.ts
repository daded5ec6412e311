import type { StandInAnswer } from "../stand-in.ts";

/** HTML that is already safe. */
export type Markup = { markup: string };

/** A template whose values are escaped, unless they are `Markup` themselves. */
export function html(texts: TemplateStringsArray, ...values: (string | Markup | Markup[])[]): Markup {
  const parts = values.map((value, index) => `${toMarkup(value)}${texts[index + 1] ?? ""}`);
  return { markup: `${texts[0] ?? ""}${parts.join("")}` };
}

/** A whole page. Links on it can be keys, so nothing keeps it and nothing hears where it was. */
export function page(status: number, title: string, main: Markup): StandInAnswer {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; background: #f4f6f9; color: #1a2433; }
main { max-width: 32rem; margin: 3rem auto; padding: 1.5rem 2rem 2rem; background: #fff; border-radius: .5rem; }
fieldset { border: 1px solid #8a94a3; border-radius: .25rem; margin: 1rem 0; padding: .75rem 1rem; }
label { display: block; padding: .35rem 0; }
button { font: inherit; min-height: 2.75rem; padding: 0 1.25rem; margin: 0 .5rem .5rem 0; border: 2px solid #0b4f9e;
  border-radius: .25rem; background: #fff; color: #0b4f9e; cursor: pointer; }
button.first { background: #0b4f9e; color: #fff; }
:focus-visible { outline: 3px solid #b45309; outline-offset: 2px; }
.note { color: #4a5563; }
</style>
</head>
<body>
<main>
<h1>${title}</h1>
${main}
<p class="note">This is a stand-in for TeamViewer on your own machine. Nothing here reaches TeamViewer.</p>
</main>
</body>
</html>
`;
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
  };
  return { status, headers, body: document.markup };
}

function toMarkup(value: string | Markup | Markup[]): string {
  if (Array.isArray(value)) return value.map(({ markup }) => markup).join("\n");
  if (typeof value !== "string") return value.markup;
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
