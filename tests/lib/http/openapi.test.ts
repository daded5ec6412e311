import { expect, test } from "@jest/globals";
import * as z from "zod";
import type { Media } from "../../../lib/http/openapi/document.ts";
import { aPage } from "../../../lib/http/openapi/open-operation.ts";
import { openApiOf } from "../../../lib/http/openapi.ts";
import { listSchema, paging } from "../../../lib/http/paging.ts";
import { problems } from "../../../lib/http/problem.ts";
import { sessionParams } from "../../../lib/http/session-params.ts";

const info = {
  version: "1.2.3",
  serverUrl: "https://help.example",
  authorizeUrl: "https://login.example/authorize",
  tokenUrl: "https://login.example/token",
  scope: "api://id/access_as_user",
};
const item = z.strictObject({ id: z.string() }).meta({ id: "Item" });
const documented = openApiOf(
  [
    {
      name: "items",
      method: "GET",
      route: "api/items",
      endpoint: {
        summary: "Items",
        roles: ["RemoteAssistance.Read", "RemoteAssistance.Update"],
        query: z.strictObject({ search: z.string().max(200), ...paging }),
        answers: { 200: listSchema(item) },
      },
    },
    {
      name: "item-close",
      method: "POST",
      route: "api/items/{id}/close",
      endpoint: {
        summary: "Close",
        roles: ["RemoteAssistance.Request"],
        params: z.strictObject({ id: z.guid() }),
        body: z.strictObject({ why: z.string().default("done") }),
        idempotencyKey: "required",
        startsSession: true,
        problems: ["session-not-found", "idempotency-key-reused", "device-not-eligible"],
        answerHeaders: ["Location"],
        answers: { 201: item },
      },
    },
    {
      name: "page",
      method: "GET",
      route: "h/{token}",
      operation: {
        summary: "A page",
        headers: { "Accept-Language": { description: "Read in" } },
        answers: { 200: aPage("The page"), 404: aPage("No page") },
      },
    },
    {
      name: "page-post",
      method: "POST",
      route: "h/{token}",
      operation: {
        summary: "Its answer",
        description: "By a form",
        params: z.object({ token: z.string().describe("The key") }),
        query: z.object({ from: z.string().optional() }),
        cookies: { seen: { description: "Was here", required: true } },
        body: { "application/x-www-form-urlencoded": z.object({ answer: z.enum(["yes", "no"]) }) },
        answers: { 303: { description: "On", headers: ["Location"] } },
        problems: ["session-not-found", "too-many-requests"],
      },
    },
  ],
  info,
);
// As it goes out: what JSON does not carry is not documented.
const { paths, components, ...rest } = JSON.parse(JSON.stringify(documented));

test("the document says its version, where the API is and how to sign in", () => {
  expect(rest).toMatchObject({
    openapi: "3.1.1",
    info: { version: "1.2.3" },
    servers: [{ url: "https://help.example" }],
  });
  const scopes = { "api://id/access_as_user": expect.any(String) };
  expect(components.securitySchemes.entra.flows).toEqual({
    authorizationCode: { authorizationUrl: info.authorizeUrl, tokenUrl: info.tokenUrl, scopes },
    clientCredentials: { tokenUrl: info.tokenUrl, scopes },
  });
});

test("what a reader needs to find the way is said in words", () => {
  expect(rest.info).toMatchObject({
    title: expect.stringContaining("remote-assistance connector"),
    description: expect.stringContaining("TeamViewer help for Intune-managed devices"),
  });
  expect(components.securitySchemes.entra.type).toBe("oauth2");
  expect(components.securitySchemes.entra.flows.authorizationCode.scopes[info.scope]).toMatch(/API/);
  const { responses } = paths["/api/items"].get;
  expect(responses["200"].description).toBe("Done");
  expect(responses["401"].description).toBe("Not signed in (`unauthenticated`).");
  expect(responses["403"].description).toBe("Not allowed (`forbidden`).");
  expect(responses["429"].description).toBe("Too many requests (`too-many-requests`).");
  expect(paths["/api/items/{id}/close"].post.responses["422"].description).toBe(
    "The Idempotency-Key belongs to another request (`idempotency-key-reused`); The device cannot be helped (`device-not-eligible`).",
  );
});

test("the headers of a refusal are described", () => {
  const { responses } = paths["/api/items"].get;
  expect(responses["429"].headers["Retry-After"]).toEqual({
    description: expect.stringMatching(/[Ss]econds/),
    schema: { type: "integer", minimum: 1 },
  });
  expect(responses["401"].headers["WWW-Authenticate"]).toEqual({
    description: expect.stringContaining("claims"),
    schema: { type: "string" },
  });
  expect(responses["403"]).not.toHaveProperty("headers");
  expect(responses["200"]).not.toHaveProperty("headers");
  expect(Object.keys(paths["/api/items/{id}/close"].post.responses["201"].headers)).toEqual(["Location"]);
});

test("an answer with words of its own keeps them", () => {
  const described = z.strictObject({ ok: z.boolean() }).describe("It went well");
  const endpoint = { summary: "x", roles: ["RemoteAssistance.Read"] as const, answers: { 200: described } };
  const made = openApiOf([{ name: "x", method: "GET", route: "x", endpoint }], info);
  const text = JSON.stringify(made.paths["/x"]);
  expect(JSON.parse(text).get.responses["200"].description).toBe("It went well");
  // Neither parameters nor a body were asked for.
  expect(JSON.parse(text).get.parameters).toEqual([]);
  expect(JSON.parse(text).get).not.toHaveProperty("requestBody");
});

test("an Idempotency-Key that may be left out is documented so", () => {
  const endpoint = {
    summary: "x",
    roles: ["RemoteAssistance.Request"] as const,
    idempotencyKey: "optional" as const,
    answers: { 202: item },
  };
  const made = openApiOf([{ name: "x", method: "POST", route: "x/{id}", endpoint }], info);
  expect(JSON.parse(JSON.stringify(made.paths["/x/{id}"])).post.parameters).toEqual([
    { name: "id", in: "path", required: true, schema: { type: "string" } },
    expect.objectContaining({
      name: "Idempotency-Key",
      in: "header",
      required: false,
      description: expect.stringContaining("new value"),
    }),
  ]);
});

test("a schema that is used inside another is written once, without its inner name", () => {
  expect(components.schemas.Item).not.toHaveProperty("id");
  expect(components.schemas.Item).not.toHaveProperty("$schema");
  expect(paths["/api/items"].get.responses["200"].content["application/json"].schema).toMatchObject({
    properties: { value: { type: "array", items: { $ref: "#/components/schemas/Item" } } },
  });
});

test("an operation says who may, what it takes and what it answers", () => {
  expect(paths["/api/items"].get).toMatchObject({
    operationId: "items",
    summary: "Items",
    description: expect.stringMatching(
      /^Needs the app role RemoteAssistance.Read or RemoteAssistance.Update, of a person or an application\. /,
    ),
    "x-roles": ["RemoteAssistance.Read", "RemoteAssistance.Update"],
    "x-callers": ["person", "application"],
    security: [{ entra: [] }],
  });
  expect(paths["/api/items"].get.parameters).toEqual([
    { name: "search", in: "query", required: true, schema: { type: "string", maxLength: 200 } },
    {
      name: "top",
      in: "query",
      required: false,
      schema: expect.objectContaining({ type: "integer", minimum: 1, default: 50 }),
    },
    { name: "page", in: "query", required: false, schema: { type: "string", maxLength: 500 } },
  ]);
});

test("parameters of the route, the Idempotency-Key and the body are documented as they are checked", () => {
  const { parameters, requestBody } = paths["/api/items/{id}/close"].post;
  expect(parameters).toEqual([
    {
      name: "id",
      in: "path",
      required: true,
      schema: expect.objectContaining({ pattern: expect.stringContaining("{12}") }),
    },
    {
      name: "Idempotency-Key",
      in: "header",
      required: true,
      description: expect.any(String),
      schema: { type: "string", minLength: 1, maxLength: 255 },
    },
  ]);
  expect(requestBody.required).toBe(true);
  // What has a default may be left out by the caller.
  expect(requestBody.content["application/json"].schema).toEqual({
    type: "object",
    properties: { why: { type: "string", default: "done" } },
    additionalProperties: false,
  });
});

const codesOf = (response: {
  content: Record<
    string,
    { schema: { allOf: [unknown, { properties: { code: { enum?: string[]; const?: string } } }] } }
  >;
}) => {
  const { code } = response.content["application/problem+json"]?.schema.allOf[1].properties ?? {};
  return code?.enum ?? [code?.const];
};

test("answers are documented by status; a problem says which codes it may carry", () => {
  const { responses } = paths["/api/items/{id}/close"].post;
  const statuses = ["201", "400", "401", "403", "404", "413", "415", "422", "429", "500", "502", "503", "504"];
  expect(Object.keys(responses)).toEqual(statuses);
  expect(responses["201"].content["application/json"].schema).toEqual({ $ref: "#/components/schemas/Item" });
  expect(components.schemas.Item).toMatchObject({ type: "object", properties: { id: { type: "string" } } });
  const schema = {
    allOf: [{ $ref: "#/components/schemas/Problem" }, { properties: { code: { const: "forbidden" } } }],
  };
  expect(responses["403"].content).toEqual({ "application/problem+json": { schema } });
  expect(codesOf(responses["422"])).toEqual(["idempotency-key-reused", "device-not-eligible"]);
  expect(codesOf(responses["404"])).toEqual(["session-not-found"]);
  expect(components.schemas.Problem.properties.code.enum).toEqual(Object.keys(problems));
});

test("what an endpoint reads tells how it can refuse", () => {
  const made = (more: object) => {
    const endpoint = { summary: "x", roles: ["RemoteAssistance.Read"] as const, answers: { 200: item }, ...more };
    return Object.keys(
      openApiOf([{ name: "x", method: "GET", route: "x", endpoint }], info).paths["/x"]?.get?.responses ?? {},
    );
  };
  const always = ["200", "401", "403", "429", "500", "502", "503", "504"];
  expect(made({})).toEqual(always);
  for (const reading of [{ query: z.strictObject({}) }, { params: z.strictObject({}) }, { idempotencyKey: "optional" }])
    expect(made(reading)).toEqual(["200", "400", ...always.slice(1)]);
  expect(made({ body: z.strictObject({}) })).toEqual(expect.arrayContaining(["400", "413", "415"]));
});

test("an answer in other media types says what a line of them is", () => {
  const endpoint = {
    summary: "x",
    roles: ["RemoteAssistance.Read"] as const,
    media: ["application/json", "application/x-ndjson", "text/csv"] as const,
    line: item,
    answers: { 200: listSchema(item) },
  };
  const made = openApiOf([{ name: "x", method: "GET", route: "x", endpoint }], info);
  const content: Record<string, Media> = made.paths["/x"]?.get?.responses["200"]?.content ?? {};
  expect(Object.keys(content)).toEqual(["application/json", "application/x-ndjson", "text/csv"]);
  expect(content["application/x-ndjson"]).toMatchObject({
    schema: { type: "string" },
    "x-line-schema": { $ref: "#/components/schemas/Item" },
  });
  expect(content["text/csv"]).toEqual({ schema: { type: "string" } });
  expect(content["application/json"]?.example).toEqual({ value: [{ id: "text" }], nextPage: "text" });
});

test("a route that needs a token says how it refuses, and how often it may be called", () => {
  const { get } = paths["/api/items"];
  const { post } = paths["/api/items/{id}/close"];
  expect(get.description).toMatch(/At most 600 a minute by a person, 3600 by an application\. All calls but/);
  expect(post.description).toMatch(
    /At most 60 a minute by a person, 3600 by an application\. The same Idempotency-Key/,
  );
  expect(Object.keys(get.responses["429"].headers)).toEqual(["Retry-After"]);
  expect(Object.keys(get.responses["401"].headers)).toEqual(["WWW-Authenticate"]);
});

test("every reference leads to a component, and every component is referred to", () => {
  const text = JSON.stringify({ paths, components });
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
  expect([...new Set(references)].sort()).toEqual(Object.keys(components.schemas).sort());
  expect(text).not.toContain("#/$defs/");
});

test("a route that needs no token says so; two methods of one route share a path", () => {
  expect(Object.keys(paths["/h/{token}"])).toEqual(["get", "post"]);
  const { get, post } = paths["/h/{token}"];
  expect(get).toMatchObject({ operationId: "page", summary: "A page", security: [], tags: ["Answer page"] });
  expect(get.parameters).toEqual([
    { name: "token", in: "path", required: true, schema: { type: "string" } },
    { name: "Accept-Language", in: "header", required: false, description: "Read in", schema: { type: "string" } },
  ]);
  expect(get).not.toHaveProperty("x-roles");
  expect(get.responses["404"]).toEqual({
    description: "No page",
    headers: { "Content-Language": expect.any(Object) },
    content: { "text/html": { schema: { type: "string" } } },
  });
  expect(post.description).toBe("By a form");
  expect(
    post.parameters.map(({ name, in: where, required }: Record<string, unknown>) => [where, name, required]),
  ).toEqual([
    ["path", "token", true],
    ["query", "from", false],
    ["cookie", "seen", true],
  ]);
  expect(post.requestBody.content["application/x-www-form-urlencoded"].schema.required).toEqual(["answer"]);
  expect(Object.keys(post.responses)).toEqual(["303", "404", "429"]);
  expect(codesOf(post.responses["404"])).toEqual(["session-not-found"]);
});

test("paths are put in order by what they are about; one that is new gets a tag of its own", () => {
  const endpoint = { summary: "x", roles: ["RemoteAssistance.Read"] as const, answers: { 200: item } };
  const names = ["api/fleet", "api/audit", "api/names", "", "api/devices/{id}", "api/reference", "api/connector"];
  const made = openApiOf(
    names.map((route) => ({ name: route, method: "GET", route, endpoint })),
    info,
  );
  expect(made.tags.map(({ name }) => name)).toEqual(["Connector", "Devices", "Audit", "About", "Fleet"]);
  expect(made.tags.at(-1)?.description).toBe("What is below /api/fleet.");
  expect(made.paths["/api/names"]?.get?.tags).toEqual(["Devices"]);
  expect(made.paths["/"]?.get?.tags).toEqual(["About"]);
});

test("what cannot be the id of a session is the id of no session", () => {
  const id = "0123456789abcdef0123456789abcdef";
  expect(sessionParams.parse({ id })).toEqual({ id });
  for (const wrong of ["", "x", id.toUpperCase(), `${id}0`, `${id}\n`, "../consents"])
    expect(() => sessionParams.parse({ id: wrong })).toThrow(expect.objectContaining({ code: "session-not-found" }));
});

test("a list holds its items and, unless it is the last page, where the next begins", () => {
  const list = listSchema(item);
  expect(list.parse({ value: [{ id: "1" }], nextPage: "x" })).toEqual({ value: [{ id: "1" }], nextPage: "x" });
  expect(list.parse({ value: [] })).toEqual({ value: [] });
  for (const wrong of [{}, { value: [{}] }, { value: [], nextPage: 1 }, { value: [], count: 0 }])
    expect(list.safeParse(wrong).success).toBe(false);
});

test("a list is asked for by at least one and fifty at a time, unless more are wanted", () => {
  const query = z.strictObject(paging);
  expect(query.parse({})).toEqual({ top: 50 });
  expect(query.parse({ top: "200", page: "x" })).toEqual({ top: 200, page: "x" });
  expect(query.parse({ top: "1" }).top).toBe(1);
  expect(query.parse({ top: "1000", page: "x".repeat(500) }).top).toBe(1000);
  expect(query.safeParse({ top: "1001" }).success).toBe(false);
  expect(query.safeParse({ top: "many" }).error?.message).toContain("from 1 to 1000");
  for (const top of ["0", "-1", "1.5", "many", "1e9", "NaN"]) expect(query.safeParse({ top }).success).toBe(false);
  expect(query.safeParse({ page: "x".repeat(501) }).success).toBe(false);
});
