import { type Html, html } from "../../notifications/html.ts";
import type { JsonSchema, Media, Operation, Response } from "../openapi/document.ts";
import { exampleOf } from "../openapi/example-of.ts";
import { codesIn } from "./codes.ts";
import { fieldList, joined, kindOf } from "./fields.ts";

type Schemas = Record<string, JsonSchema>;

/** One operation: who may, what it takes, what it answers, how it refuses, an example. */
export function operationPart(method: string, path: string, operation: Operation, schemas: Schemas): Html {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const roles = operation["x-roles"];
  const who = roles
    ? joined(
        roles.map((role) => html`<code>${role}</code>`),
        " or ",
      )
    : html`nobody has to sign in`;
  const answers = Object.entries(responses).filter(([, response]) => codesIn(response).length === 0);
  const codes = [...new Set(Object.values(responses).flatMap(codesIn))].sort();
  return html`<article id="${operationId}" aria-labelledby="${operationId}-name">
<h3 id="${operationId}-name"><b>${method}</b> <code>${path}</code></h3>
<p>${summary}${description ? `. ${description}` : ""}</p>
<h4>Who</h4><p>${who}</p>
${titled("Parameters", parameters.map(parameterRow))}
${requestBody ? html`<h4>Body</h4>${joined(Object.entries(requestBody.content).map(bodyPart))}` : undefined}
${titled("Answers", answers.map(answerRow))}
${codes.length > 0 ? html`<h4>Problems</h4><p>${joined(codes.map(linkToCode), ", ")}</p>` : undefined}
<h4>Example</h4><pre>${exampleRequest(method, path, operation, schemas)}</pre>
</article>`;
}

const titled = (title: string, rows: readonly Html[]) =>
  rows.length > 0 ? html`<h4>${title}</h4><dl>${joined(rows)}</dl>` : undefined;

function parameterRow({ name, in: where, required, description, schema }: Operation["parameters"][number]): Html {
  const words = [where, required ? "required" : ""].filter(Boolean).join(", ");
  const why = description ? `. ${description}` : "";
  return html`<dt><code>${name}</code></dt><dd>${words}: ${kindOf(schema)}${why}</dd>`;
}

const bodyPart = ([type, { schema }]: [string, Media]) =>
  html`<p><code>${type}</code>${schema.$ref ? html` ${kindOf(schema)}` : undefined}</p>${schema.properties ? fieldList(schema) : undefined}`;

function answerRow([status, { description, content = {}, headers = {} }]: [string, Response]): Html {
  const bodies = Object.entries(content).map(([type, media]) => {
    const schema = media["x-line-schema"] ?? media.schema;
    const isNamed = type === "application/json" || media["x-line-schema"] !== undefined;
    return html`<code>${type}</code>${isNamed ? html` ${kindOf(schema)}` : undefined}`;
  });
  const names = Object.keys(headers).map((name) => html`<code>${name}</code>`);
  const parts = [html`${description}`, ...bodies, ...(names.length > 0 ? [html`with ${joined(names, ", ")}`] : [])];
  return html`<dt>${status}</dt><dd>${joined(parts, "; ")}</dd>`;
}

const linkToCode = (code: string) => html`<a href="#problem-${code}">${code}</a>`;

/** The request as it goes over the line. */
function exampleRequest(
  method: string,
  path: string,
  { parameters, requestBody, security }: Operation,
  schemas: Schemas,
) {
  const example = (name: string, schema: JsonSchema) => encodeURIComponent(String(exampleOf(schema, schemas, name)));
  const target = parameters
    .filter((each) => each.in === "path")
    .reduce((text, { name, schema }) => text.replace(`{${name}}`, example(name, schema)), path);
  const needed = parameters.filter((each) => each.in === "query" && each.required);
  const query = needed.map(({ name, schema }) => `${name}=${example(name, schema)}`).join("&");
  const [type, body] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const value = body ? (body.example ?? exampleOf(body.schema, schemas)) : undefined;
  return [
    `${method} ${target}${query ? `?${query}` : ""}`,
    ...(security.length > 0 ? ["Authorization: Bearer <token>"] : []),
    ...parameters.filter((each) => each.in === "header" && each.required).map(({ name }) => `${name}: <a new value>`),
    ...(type ? [`Content-Type: ${type}`, "", textOf(type, value)] : []),
  ].join("\n");
}

function textOf(type: string, value: unknown): string {
  if (type === "application/json") return JSON.stringify(value, null, 2);
  return new URLSearchParams(value as Record<string, string>).toString();
}
