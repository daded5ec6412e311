import { type Html, html } from "../notifications/html.ts";
import type { JsonSchema, OpenApiDocument, Operation } from "./openapi/document.ts";
import { pageOf } from "./page.ts";
import { problems } from "./problem.ts";
import { fieldList, joined, kindOf } from "./reference/fields.ts";
import { operationPart } from "./reference/operation.ts";
import { referenceStyle } from "./reference/style.ts";

type Documented = { method: string; path: string; operation: Operation };

/** The OpenAPI document as a page: every operation, problem code and schema has an address of its own. */
export function referencePage({ info, tags, paths, components: { schemas } }: OpenApiDocument) {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const groups = tags.map((tag) => ({
    ...tag,
    operations: operations.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  const content = html`${joined(info.description.split("\n\n").map(paragraph))}
<p>Version ${info.version}. The same for programs: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<nav aria-label="Operations">
${joined(groups.map(({ name, operations }) => html`<h2>${name}</h2><ul>${joined(operations.map(linkTo))}</ul>`))}
<p><a href="#problems">Problem codes</a>, <a href="#schemas">schemas</a></p>
</nav>
${joined(groups.map((group) => tagPart(group, schemas)))}
<section id="problems" aria-labelledby="problems-name"><h2 id="problems-name">Problem codes</h2>
<dl>${joined(Object.entries(problems).map(([code, about]) => problemRow(code, about)))}</dl></section>
<section id="schemas" aria-labelledby="schemas-name"><h2 id="schemas-name">Schemas</h2>
${joined(Object.entries(schemas).map(schemaPart))}</section>`;
  return pageOf({ status: 200, language: "en", title: info.title, content, style: referenceStyle });
}

/** Text between backticks is code. */
function paragraph(text: string): Html {
  const parts = text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
  return html`<p>${joined(parts, "")}</p>`;
}

const linkTo = ({ method, path, operation: { operationId, summary } }: Documented) =>
  html`<li><a href="#${operationId}"><b>${method}</b> <code>${path}</code></a> ${summary}</li>`;

function tagPart(
  { name, description, operations }: { name: string; description: string; operations: readonly Documented[] },
  schemas: Record<string, JsonSchema>,
): Html {
  const id = `about-${name.toLowerCase().replaceAll(" ", "-")}`;
  const parts = operations.map(({ method, path, operation }) => operationPart(method, path, operation, schemas));
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${name}</h2>
<p>${description}</p>
${joined(parts)}</section>`;
}

const problemRow = (code: string, { status, title }: { status: number; title: string }) =>
  html`<dt id="problem-${code}">${String(status)} <code>${code}</code></dt><dd>${title}</dd>`;

function schemaPart([name, schema]: [string, JsonSchema]): Html {
  const [example] = Array.isArray(schema.examples) ? schema.examples : [];
  const id = `schema-${name}`;
  return html`<article id="${id}" aria-labelledby="${id}-name"><h3 id="${id}-name">${name}</h3>
${schema.properties ? fieldList(schema) : html`<p>${kindOf(schema)}</p>`}
${example === undefined ? undefined : html`<h4>Example</h4><pre>${JSON.stringify(example, null, 2)}</pre>`}
</article>`;
}
