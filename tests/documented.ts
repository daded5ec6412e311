import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { documentedRoutes } from "../functions/routes.ts";
import { answerHeaderNames } from "../lib/http/openapi/answer-headers.ts";
import type { JsonSchema, OpenApiDocument, Operation, Parameter } from "../lib/http/openapi/document.ts";
import { openApiOf } from "../lib/http/openapi.ts";

/** A call of a function, as it was asked and answered. */
export type Call = {
  name: string;
  url: URL;
  params: Record<string, string>;
  headers: Headers;
  body: string | undefined;
  answer: { status: number; headers: Headers; text: string; cookies: readonly unknown[] };
};

const info = {
  version: "0.1.0",
  serverUrl: "https://help.contoso.com",
  authorizeUrl: "https://login.microsoftonline.com/contoso/oauth2/v2.0/authorize",
  tokenUrl: "https://login.microsoftonline.com/contoso/oauth2/v2.0/token",
  scope: "api://remote-assistance/access_as_user",
};

let made: { document: OpenApiDocument; operations: Map<string, Operation>; ajv: Ajv2020; texts: Ajv2020 } | undefined;

/** The OpenAPI document of the routes as they stand, made once in a process. */
export const theDocument = (): OpenApiDocument => known().document;

function known() {
  if (made) return made;
  const document = documented();
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const byName = new Map(operations.map((operation) => [operation.operationId, operation]));
  made = { document, operations: byName, ajv: newAjv(document, false), texts: newAjv(document, true) };
  return made;
}

function documented(): OpenApiDocument {
  try {
    return openApiOf(documentedRoutes(), info);
  } catch (cause) {
    const text =
      "The OpenAPI document cannot be made. Does every route in functions/routes.ts say what it takes and answers?";
    throw new Error(text, { cause });
  }
}

function newAjv({ components }: OpenApiDocument, coerceTypes: boolean): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, coerceTypes });
  addFormats.default(ajv);
  return ajv.addSchema({ $id: "document", components });
}

const compiled = new WeakMap<JsonSchema, ValidateFunction>();

/** What is wrong with a value by a schema of the document; undefined when it fits. `isText`: it came in an address or a header. */
export function misfit(schema: JsonSchema, value: unknown, isText = false): string | undefined {
  const { ajv, texts } = known();
  let validate = compiled.get(schema);
  if (!validate) {
    const text = JSON.stringify(isText ? { properties: { value: schema } } : schema);
    validate = (isText ? texts : ajv).compile(JSON.parse(text.replaceAll('"#/components/', '"document#/components/')));
    compiled.set(schema, validate);
  }
  if (validate(isText ? { value } : value)) return undefined;
  const [error] = validate.errors ?? [];
  return `${error?.instancePath || "it"} ${error?.message} ${JSON.stringify(error?.params)}`;
}

/** Fails when the call and the OpenAPI document do not say the same: the one place where all tests are held to it. */
export function expectDocumented(call: Call): void {
  const { name, url, answer } = call;
  const operation = known().operations.get(name);
  const found = operation
    ? [...answerProblems(operation, call), ...requestProblems(operation, call)]
    : ["no operation"];
  if (found.length === 0) return;
  const what = `${name} (${url.pathname}) answered ${answer.status}, and the OpenAPI document says something else`;
  throw new Error(`${what}:\n- ${found.join("\n- ")}\nIt is made from functions/routes.ts and what that names.`);
}

function answerProblems({ responses }: Operation, { answer: { status, headers, text, cookies } }: Call): string[] {
  const response = responses[String(status)];
  if (!response) return [`status ${status} is not documented (${Object.keys(responses).join(", ")}): ${codeIn(text)}`];
  const undocumented = answerHeaderNames
    .filter((header) => headers.has(header) || (header === "Set-Cookie" && cookies.length > 0))
    .filter((header) => !response.headers?.[header])
    .map((header) => `header ${header} is not documented for ${status}`);
  const type = headers.get("content-type")?.split(";")[0];
  // What was not changed is described, and not sent.
  if (type === undefined || status === 304) return undocumented;
  const media = response.content?.[type];
  if (!media) return [...undocumented, `media type ${type} is not documented for ${status}`];
  return [...undocumented, ...bodyProblems(type, media.schema, media["x-line-schema"], text)];
}

function bodyProblems(type: string, schema: JsonSchema, line: JsonSchema | undefined, text: string): string[] {
  const values = type.endsWith("json") ? (line ? text.split("\n").filter(Boolean).slice(0, 100) : [text]) : [];
  const problems = values.map((value) => misfit(line ?? schema, JSON.parse(value)));
  return problems.filter((problem) => problem !== undefined).map((problem) => `the answer: ${problem}`);
}

const codeIn = (text: string) => /"code":"([a-z-]+)"/.exec(text)?.[0] ?? "no problem code";

/** A request that was taken fits what is documented of requests. */
function requestProblems(operation: Operation, { url, params, headers, body, answer }: Call): string[] {
  if (answer.status < 200 || answer.status > 299) return [];
  const given = (parameter: Parameter): string | undefined => {
    if (parameter.in === "path") return decodeURIComponent(params[parameter.name] ?? "");
    if (parameter.in === "query") return url.searchParams.get(parameter.name) ?? undefined;
    if (parameter.in === "header") return headers.get(parameter.name)?.replace(/^"(.*)"$/, "$1");
    return undefined;
  };
  const wrong = operation.parameters.flatMap((parameter) => {
    const value = given(parameter);
    if (value === undefined) return parameter.required ? [`${parameter.name} is required and was not sent`] : [];
    const problem = misfit(parameter.schema, value, true);
    return problem ? [`parameter ${parameter.name}: ${problem}`] : [];
  });
  const names = operation.parameters.filter((each) => each.in === "query").map((each) => each.name);
  // An endpoint that reads no query does not look at it either.
  const unknown =
    operation.security.length > 0 && names.length > 0
      ? [...url.searchParams.keys()].filter((key) => !names.includes(key))
      : [];
  return [
    ...wrong,
    ...unknown.map((name) => `the query's ${name} is not documented`),
    ...requestBodyProblems(operation, body),
  ];
}

function requestBodyProblems({ requestBody }: Operation, body: string | undefined): string[] {
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (!media) return [];
  if (body === undefined) return ["a body is required and was not sent"];
  const value = type === "application/json" ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
  const problem = misfit(media.schema, value);
  return problem ? [`the body: ${problem}`] : [];
}
