import * as z from "zod";
import { requestLimits } from "../access/request-limits.ts";
import type { Endpoint } from "./endpoint.ts";
import { problemSchema } from "./problem.ts";

/** One route as the document needs it. */
export type DocumentedRoute = {
  name: string;
  method: string;
  route: string;
  endpoint?: DocumentedEndpoint;
  summary?: string;
};
type DocumentedEndpoint = Pick<
  Endpoint<never>,
  "summary" | "roles" | "params" | "query" | "body" | "idempotencyKey" | "startsSession" | "answers"
>;

type Info = { version: string; serverUrl: string; authorizeUrl: string; tokenUrl: string; scope: string };

/** OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1), made from the schemas that validate. */
export function openApiOf(
  routes: readonly DocumentedRoute[],
  { version, serverUrl, authorizeUrl, tokenUrl, scope }: Info,
) {
  const paths: Record<string, Record<string, unknown>> = {};
  const schemas: Record<string, JsonSchema> = {};
  jsonSchemaOf(problemSchema, schemas);
  for (const route of routes) {
    const path = pathOf(route.route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas) };
  }
  const flow = { scopes: { [scope]: "Call this API" } };
  return {
    openapi: "3.1.1",
    info: {
      title: "Intune remote-assistance connector",
      version,
      description: "TeamViewer help for Intune-managed devices: attended, consent first.",
    },
    servers: [{ url: serverUrl }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        entra: {
          type: "oauth2",
          flows: {
            authorizationCode: { authorizationUrl: authorizeUrl, tokenUrl, ...flow },
            clientCredentials: { tokenUrl, ...flow },
          },
        },
      },
    },
  };
}

/** A route as a path template: OpenAPI has no catch-all, and the root is one slash. */
const pathOf = (route: string) => `/${route.replace(/^\//, "").replaceAll("{*", "{")}`;

function operationOf({ name, route, endpoint, summary }: DocumentedRoute, schemas: Record<string, JsonSchema>) {
  if (!endpoint) {
    return {
      operationId: name,
      summary,
      security: [],
      parameters: pathParameters(route),
      responses: { default: { description: "See the summary." } },
    };
  }
  const answers = Object.entries(endpoint.answers).map(([status, schema]) => [
    status,
    {
      description: z.globalRegistry.get(schema)?.description ?? "Done",
      content: { "application/json": { schema: jsonSchemaOf(schema, schemas) } },
    },
  ]);
  const { roles, body } = endpoint;
  return {
    operationId: name,
    summary: endpoint.summary,
    description: `Needs the app role ${roles.join(" or ")}, of a person or an application. ${limitsOf(endpoint)}`,
    "x-roles": roles,
    "x-callers": ["person", "application"],
    security: [{ entra: [] }],
    parameters: [
      ...pathParameters(route, endpoint.params),
      ...queryParameters(endpoint.query),
      ...headerParameters(endpoint.idempotencyKey),
    ],
    ...(body
      ? { requestBody: { required: true, content: { "application/json": { schema: jsonSchemaOf(body, schemas) } } } }
      : {}),
    responses: { ...Object.fromEntries(answers), ...refusals, default: problem("What went wrong and what to do") },
  };
}

const problem = (description: string, headers: Record<string, unknown> = {}) => ({
  description: `${description} (RFC 9457)`,
  ...(Object.keys(headers).length > 0 ? { headers } : {}),
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});

const text = { schema: { type: "string" } };

/** What every route that needs a token answers before it looks at the rest of a request, in this order. */
const refusals = {
  401: problem("No access token of this API, or one that is not valid", { "WWW-Authenticate": text }),
  403: problem("A valid token without the role"),
  429: problem("Too many requests, or too many notifications to one device", {
    "Retry-After": { description: "Seconds to wait", schema: { type: "integer", minimum: 1 } },
  }),
};

function limitsOf({ startsSession }: Pick<Endpoint<never>, "startsSession">): string {
  const { person, application } = startsSession ? requestLimits.starts : requestLimits.calls;
  const counted = startsSession
    ? "The same Idempotency-Key counts once."
    : "All calls but session starts count together.";
  return `At most ${person.limit} a minute by a person, ${application.limit} by an application. ${counted}`;
}

function pathParameters(route: string, schema?: z.ZodType) {
  const properties = propertiesOf(schema).properties;
  return [...route.matchAll(/\{\*?(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: properties[name] ?? { type: "string" },
  }));
}

function queryParameters(schema: z.ZodType | undefined) {
  const { properties, required } = propertiesOf(schema);
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema: property,
  }));
}

function headerParameters(kind: "required" | "optional" | undefined) {
  if (!kind) return [];
  return [
    {
      name: "Idempotency-Key",
      in: "header",
      required: kind === "required",
      schema: { type: "string", minLength: 1, maxLength: 255 },
    },
  ];
}

function propertiesOf(schema: z.ZodType | undefined): { properties: Record<string, unknown>; required: string[] } {
  if (!schema) return { properties: {}, required: [] };
  const { properties = {}, required = [] } = jsonSchemaOf(schema, {}) as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return { properties, required };
}

type JsonSchema = Record<string, unknown>;

/**
 * JSON Schema 2020-12, which OpenAPI 3.1 takes as it is, of what is read (`input`). A schema with an id is written once,
 * under `components`, and referred to from everywhere else.
 */
function jsonSchemaOf(schema: z.ZodType, components: Record<string, JsonSchema>): JsonSchema {
  const {
    $schema: _dialect,
    $defs = {},
    ...rest
  } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  for (const [id, definition] of Object.entries($defs as Record<string, JsonSchema>))
    components[id] = referringToComponents(definition);
  return referringToComponents(rest);
}

function referringToComponents(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;
}
