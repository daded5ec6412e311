import fc from "fast-check";
import { fitting, fittingObject, hostileText, hostileValue, type JsonSchema } from "./schema-values.ts";

/** One operation of the OpenAPI document. */
export type Operation = {
  id: string;
  method: string;
  path: string;
  roles: readonly string[];
  /** It needs no token. */
  isOpen: boolean;
  /** It answers with pages. */
  isPage: boolean;
  parameters: { name: string; in: "path" | "query" | "header"; schema: JsonSchema }[];
  body?: JsonSchema | undefined;
};

export type BadRequest = {
  operation: Operation;
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** Who asks: a name of `principals.ts`, nobody, or a header that is no token of ours. */
  as: { principal: string } | { authorization: string } | undefined;
};

type Document = {
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, JsonSchema> };
};
type RawOperation = {
  operationId: string;
  "x-roles"?: string[];
  responses: Record<string, unknown>;
  parameters?: Operation["parameters"];
  requestBody?: { content: { "application/json"?: { schema: JsonSchema & { $ref?: string } } } };
};

export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]): Operation => {
      const schema = raw.requestBody?.content["application/json"]?.schema;
      const name = schema?.$ref?.split("/").at(-1);
      return {
        id: raw.operationId,
        method: method.toUpperCase(),
        path,
        roles: raw["x-roles"] ?? [],
        isOpen: raw["x-roles"] === undefined,
        isPage: raw["x-roles"] === undefined && raw.responses["401"] === undefined,
        parameters: raw.parameters ?? [],
        body: name ? document.components.schemas[name] : schema,
      };
    }),
  );
}

const contentTypes = [
  "application/json",
  "application/json; charset=utf-8",
  "APPLICATION/JSON",
  "application/json; charset=utf-16",
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/problem+json",
  "application/json, text/plain",
  "",
];

const oddAuthorizations = [
  "Bearer",
  "Bearer ",
  "Bearer x",
  "bearer a.b.c",
  "Basic YWRtaW46YWRtaW4=",
  "Bearer eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJSZW1vdGVBc3Npc3RhbmNlLlVwZGF0ZSJdfQ.",
  "Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA",
  `Bearer ${"a".repeat(20_000)}`,
  `Bearer ${"a.".repeat(40)}`,
  "Bearer a.b.c, Bearer d.e.f",
];

/** Broken or treacherous JSON that no generator of values writes. */
const rawBodies = [
  "",
  " ",
  "{",
  "{}}",
  "[]",
  "null",
  "7",
  '"text"',
  "\ufeff{}",
  "{'a':1}",
  '{"a":1,}',
  '{"a":NaN}',
  '{"a":1e400}',
  '{"__proto__":{"roles":["RemoteAssistance.Update"]}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"deviceId":"\\ud800"}',
  '{"deviceId":"a","deviceId":"b"}',
  `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`,
  "[".repeat(20_000),
  `{"reason":"${"x".repeat(100_000)}"}`,
];

const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 300,
});

/** Requests of an operation: valid ones, ones with one thing wrong, hostile ones. */
export function requestsOf(
  operation: Operation,
  principals: readonly string[],
  known: Record<string, readonly string[]>,
) {
  const inPath = operation.parameters.filter((each) => each.in === "path");
  const inQuery = operation.parameters.filter((each) => each.in === "query");
  const as: fc.Arbitrary<BadRequest["as"]> = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...principals).map((principal) => ({ principal })) },
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...oddAuthorizations).map((authorization) => ({ authorization })) },
  );
  const valueIn = ({ name, schema }: Operation["parameters"][number]) =>
    fc.oneof({ weight: 4, arbitrary: fitting(schema, name, known).map(String) }, { weight: 1, arbitrary: hostileText });
  const withParameters = (values: string[]) =>
    values.reduce((text, value, index) => text.replace(`{${inPath[index]?.name}}`, () => value), operation.path);
  const path = fc.tuple(...inPath.map((each) => fc.tuple(valueIn(each), fc.boolean()))).map((values) => {
    // A slash would be another address, a lone surrogate no text.
    const encoded = values.map(([value, isRaw]) =>
      isRaw ? value.replaceAll(/[/?#\\\s]/g, "~") : encodeURIComponent(value.toWellFormed()),
    );
    const segments = new URL(withParameters(encoded), "http://host").pathname.split("/");
    // So would nothing, or dots alone: addresses are made shorter by them.
    const isWhole = segments.length === operation.path.split("/").length && segments.slice(1).every(Boolean);
    return withParameters(isWhole ? encoded : encoded.map(() => "~"));
  });
  const pairs = fc.oneof(
    { weight: 5, arbitrary: someOf(inQuery, valueIn) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(someOf(inQuery, valueIn), hostileText, hostileText)
        .map(([query, name, value]) => [...query, [name, value] as [string, string]]),
    },
    { weight: 1, arbitrary: someOf(inQuery, valueIn).map((query) => [...query, ...query]) },
  );
  const query = fc
    .tuple(pairs, fc.constantFrom("", "", "", "", "%zz", "&&=", "%ff%fe=1", "a[]=1&a[]=2"))
    .map(([entries, raw]) => {
      const wellFormed = entries.map(([name, value]): [string, string] => [name.toWellFormed(), value.toWellFormed()]);
      const text = new URLSearchParams(wellFormed).toString();
      return text || raw ? `?${text}${raw ? `&${raw}` : ""}` : "";
    });
  const body = operation.body
    ? bodiesOf(operation.body, known)
    : operation.method === "POST"
      ? fc.constantFrom(...rawBodies, "answer=accept", "answer=decline&answer=accept")
      : fc.constant(undefined);
  const contentType = fc.oneof(
    { weight: 6, arbitrary: fc.constant("application/json") },
    fc.constantFrom(...contentTypes),
  );
  const key = fc.oneof(
    { weight: 6, arbitrary: fc.uuid() },
    { weight: 1, arbitrary: headerText },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  const odd = fc.dictionary(
    fc.constantFrom(
      "x-ms-client-principal",
      "x-functions-key",
      "origin",
      "accept-language",
      "cookie",
      "x-forwarded-host",
      "content-length",
    ),
    headerText,
    { maxKeys: 2 },
  );

  return fc.record({ as, path, query, body, contentType, key, odd }).map(
    ({ as, path, query, body, contentType, key, odd }): BadRequest => ({
      operation,
      path: `${path}${query}`,
      as,
      ...(body === undefined ? {} : { body }),
      headers: {
        ...odd,
        ...(body === undefined ? {} : { "content-type": contentType }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
    }),
  );
}

type Pairs = [string, string][];

function someOf(
  parameters: Operation["parameters"],
  valueIn: (parameter: Operation["parameters"][number]) => fc.Arbitrary<string>,
): fc.Arbitrary<Pairs> {
  return fc
    .tuple(...parameters.map((each) => fc.option(valueIn(each), { nil: undefined, freq: 2 })))
    .map((values) =>
      values.flatMap((value, index) =>
        value === undefined ? [] : [[parameters[index]?.name ?? "", value] as [string, string]],
      ),
    );
}

/** A fitting body; one with a field missing, changed or added; one that is hardly JSON. */
function bodiesOf(schema: JsonSchema, known: Record<string, readonly string[]>): fc.Arbitrary<string> {
  const names = Object.keys(schema.properties ?? {});
  const fittingBody = fittingObject(schema, known);
  const near = fc
    .tuple(fittingBody, fc.constantFrom(...names, "extra", "__proto__x", ""), fc.option(hostileValue))
    .map(([body, name, value]) => {
      const { [name]: _, ...rest } = body;
      return JSON.stringify(value === null ? rest : { ...rest, [name]: value });
    });
  return fc.oneof(
    { weight: 2, arbitrary: fittingBody.map((body) => JSON.stringify(body)) },
    { weight: 4, arbitrary: near },
    { weight: 1, arbitrary: hostileValue.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.constantFrom(...rawBodies) },
  );
}
