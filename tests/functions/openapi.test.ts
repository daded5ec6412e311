import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { httpRoutes } from "../../functions/routes.ts";
import type { Operation } from "../../lib/http/openapi/document.ts";
import { exampleOf } from "../../lib/http/openapi/example-of.ts";
import { problems } from "../../lib/http/problem.ts";
import { type Call, expectDocumented, misfit, theDocument } from "../documented.ts";

const root = join(import.meta.dirname, "../..");
const { paths, components } = theDocument();
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ line: `${method.toUpperCase()} ${path}`, operation })),
);
const each = operations.map(({ line, operation }): [string, Operation] => [line, operation]);

test("the linter has nothing to say, neither errors nor warnings", () => {
  const directory = mkdtempSync(join(tmpdir(), "openapi-lint-"));
  const file = join(directory, "openapi.json");
  writeFileSync(file, JSON.stringify(theDocument()));
  const redocly = join(root, "node_modules/@redocly/cli/bin/cli.js");
  const args = [redocly, "lint", file, "--config", join(root, "redocly.yaml"), "--format", "json"];
  const env = { PATH: process.env.PATH, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  try {
    const said = execFileSync(process.execPath, args, { env, cwd: directory, encoding: "utf8", stdio: "pipe" });
    expect(JSON.parse(said)).toMatchObject({ totals: { errors: 0, warnings: 0, ignored: 0 }, problems: [] });
  } catch (error) {
    throw new Error(`The linter says:\n${(error as { stdout?: string }).stdout ?? error}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("routes and operations are the same, either way", () => {
  const lineOf = (method: string, route: string) => `${method} /${route.replace(/^\//, "").replace("{*", "{")}`;
  const routes = httpRoutes.map(({ name, method, route }) => `${name}: ${lineOf(method, route)}`);
  expect(operations.map(({ line, operation }) => `${operation.operationId}: ${line}`).sort()).toEqual(routes.sort());
});

test("every problem code is answered by some operation", () => {
  const text = JSON.stringify(paths);
  expect(Object.keys(problems).filter((code) => !text.includes(`"${code}"`))).toEqual([]);
});

describe("Each operation", () => {
  test.each(each)("%s has words, a tag, and a schema for whatever it takes and answers", (_line, operation) => {
    expect(operation.summary).toMatch(/^[A-Z].{5,}/);
    expect(operation.tags).toHaveLength(1);
    for (const response of Object.values(operation.responses)) {
      expect(response.description).not.toBe("");
      for (const media of Object.values(response.content ?? {})) expect(media.schema).toBeDefined();
    }
  });

  test.each(each)("%s succeeds in some way, and refuses what it cannot read", (_line, operation) => {
    const statuses = Object.keys(operation.responses);
    expect(statuses.filter((status) => /^[23]\d\d$/.test(status)).length).toBeGreaterThan(0);
    expect(statuses).not.toContain("default");
    const isRefusing = operation.security.length > 0 || operation.requestBody !== undefined;
    if (isRefusing) expect(statuses.filter((status) => /^4\d\d$/.test(status)).length).toBeGreaterThan(0);
    if (operation.security.length > 0) expect(statuses).toEqual(expect.arrayContaining(["401", "403", "429"]));
  });

  test.each(each)("%s has examples that fit: give the ones that do not a value in examples.ts", (_line, operation) => {
    const contents = [operation.requestBody, ...Object.values(operation.responses)].map((part) => part?.content ?? {});
    for (const { schema, "x-line-schema": line, example } of contents.flatMap((content) => Object.values(content))) {
      const made = example ?? exampleOf(line ?? schema, components.schemas);
      if (!schema.allOf) expect([made, misfit(line ?? schema, made)]).toEqual([made, undefined]);
    }
    for (const { name, schema } of operation.parameters) {
      const made = exampleOf(schema, components.schemas, name);
      expect([name, made, misfit(schema, made, true)]).toEqual([name, made, undefined]);
    }
  });
});

test.each(Object.entries(components.schemas))("the example of the schema %s fits", (_name, schema) => {
  const made = exampleOf(schema, components.schemas);
  expect(misfit(schema, made)).toBeUndefined();
});

describe("A call that the document does not have", () => {
  const session = exampleOf({ $ref: "#/components/schemas/Session" }, components.schemas);
  const body = JSON.stringify({ deviceId: "d0000000-0000-4000-8000-000000000001" });
  const call = (change: Partial<Call> & { answered?: Partial<Call["answer"]> } = {}): Call => ({
    name: "session-request",
    url: new URL("http://host/api/sessions"),
    params: {},
    headers: new Headers({ "idempotency-key": '"k"' }),
    body,
    ...change,
    answer: {
      status: 201,
      headers: new Headers({ "content-type": "application/json", location: "/api/sessions/1" }),
      text: JSON.stringify(session),
      cookies: [],
      ...change.answered,
    },
  });
  const problem = (code: string, status: number) => ({
    status,
    headers: new Headers({ "content-type": "application/problem+json" }),
    text: JSON.stringify({ type: `urn:problem:${code}`, title: "t", status, detail: "d", instance: "i", code }),
  });

  test("is told from one that it has", () => {
    expect(() => expectDocumented(call())).not.toThrow();
    expect(() => expectDocumented(call({ answered: problem("session-not-found", 404) }))).toThrow("/code");
    expect(() => expectDocumented(call({ answered: problem("device-not-found", 404) }))).not.toThrow();
  });

  test.each<[string, Parameters<typeof call>[0], string]>([
    ["another status", { answered: problem("conflict", 418) }, "status 418 is not documented (201, 400"],
    [
      "another media type",
      { answered: { headers: new Headers({ "content-type": "text/csv" }) } },
      "media type text/csv",
    ],
    ["another header", { answered: { headers: new Headers({ "retry-after": "1" }) } }, "header Retry-After"],
    ["a cookie", { answered: { cookies: [{}] } }, "header Set-Cookie"],
    ["a field less", { answered: { text: "{}" } }, "must have required property"],
    [
      "a field more",
      { answered: { text: JSON.stringify({ ...Object(session), link: 1 }) } },
      '"additionalProperty":"link"',
    ],
    ["no key", { headers: new Headers() }, "Idempotency-Key is required"],
    [
      "another parameter",
      {
        name: "sessions",
        url: new URL("http://host/api/sessions?dry=1"),
        answered: { status: 200, text: '{"value":[]}', headers: new Headers({ "content-type": "application/json" }) },
      },
      "the query's dry is not documented",
    ],
    ["another body", { body: '{"device":1}' }, "the body: it must have required property 'deviceId'"],
    ["no body", { body: undefined }, "a body is required"],
    ["another name", { name: "session-forget" }, "no operation"],
  ])("because of %s is told in words", (_what, change, words) => {
    expect(() => expectDocumented(call(change))).toThrow(words);
  });
});
