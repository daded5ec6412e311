import { describe, expect, test } from "@jest/globals";
import { problems } from "../../../lib/http/problem.ts";
import { referencePage } from "../../../lib/http/reference-page.ts";
import { theDocument } from "../../documented.ts";

const { body, headers, status } = referencePage(theDocument());
const page = String(body);
const operations = Object.entries(theDocument().paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);
const partOf = (id: string) => new RegExp(`<article id="${id}" .*?</article>`, "s").exec(page)?.[0] ?? "";
const textOf = (html: string) => html.replaceAll(/<[^>]+>/g, "").replaceAll("&quot;", '"');

test("the page is one file without script, as strict as the other pages, and small", () => {
  expect(status).toBe(200);
  expect(page).not.toMatch(/<script|<img|<link|\son\w+=|style=/);
  expect(headers["content-security-policy"]).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
  );
  expect(Buffer.byteLength(page)).toBeLessThanOrEqual(200 * 1024);
});

test("every address within the page leads somewhere, and each place has one", () => {
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
  const others = [...page.matchAll(/href="([^#"][^"]*)"/g)].map(([, href]) => href);
  expect(others).toEqual(["/api/openapi.json"]);
});

describe("The part about", () => {
  test.each(operations.map((each) => [`${each.method} ${each.path}`, each] as const))(
    "%s tells all of it",
    (_line, each) => {
      const { operation, method, path } = each;
      const text = textOf(partOf(operation.operationId));
      const roles = operation["x-roles"] ?? ["nobody has to sign in"];
      const codes = Object.values(operation.responses).flatMap(({ content = {} }) => {
        const parts = content["application/problem+json"]?.schema.allOf as
          | { properties?: { code: { enum?: string[]; const?: string } } }[]
          | undefined;
        const code = parts?.at(-1)?.properties?.code;
        return [...(code?.enum ?? []), ...(code?.const ? [code.const] : [])];
      });
      const statuses = Object.entries(operation.responses)
        .filter(([, { content = {} }]) => !content["application/problem+json"])
        .map(([status]) => status);
      const facts = [
        `${method} ${path}`,
        operation.summary.replaceAll("'", "&#39;"),
        ...roles,
        ...operation.parameters.map(({ name }) => name),
        ...Object.keys(operation.requestBody?.content ?? {}),
        ...statuses,
        ...codes,
        "Example",
      ];
      expect(facts.filter((fact) => !text.includes(fact))).toEqual([]);
      expect(page).toContain(`href="#${operation.operationId}"`);
    },
  );
});

test("every problem code is explained, and every schema shown with its fields", () => {
  for (const [code, { status, title }] of Object.entries(problems))
    expect(textOf(page)).toContain(`${status} ${code}${title.replaceAll("'", "&#39;")}`);
  for (const [name, schema] of Object.entries(theDocument().components.schemas)) {
    const fields = Object.keys(Object(schema.properties));
    expect(fields.filter((field) => !textOf(partOf(`schema-${name}`)).includes(field))).toEqual([]);
  }
});

test("a field is described by what it may be", () => {
  const session = textOf(partOf("schema-Session"));
  expect(session).toContain("staterequested | open | accepted");
  expect(session).toContain("supporterUrl?address");
  expect(session).toContain("requestedAttime");
  const asked = textOf(partOf("session-request"));
  expect(asked).toMatch(/deviceIdGUID/);
  expect(asked).toMatch(/reason\?text, 1 to 500 characters/);
  expect(asked).toContain("notify?boolean, default true");
  expect(textOf(partOf("sessions"))).toContain("topquery: whole number, 1 to 1000, default 50");
  expect(textOf(partOf("audit-seals"))).toContain("application/x-ndjson");
  expect(textOf(partOf("answer"))).toContain("answer=accept");
});

test("what a document says is shown as text", () => {
  const document = theDocument();
  const info = { ...document.info, description: "<b>bold</b> `<i>`" };
  expect(String(referencePage({ ...document, info }).body)).toContain(
    "<p>&lt;b&gt;bold&lt;/b&gt; <code>&lt;i&gt;</code></p>",
  );
});
