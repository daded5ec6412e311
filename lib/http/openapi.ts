import type { OpenApiDocument, Operation } from "./openapi/document.ts";
import { type DocumentedEndpoint, endpointOperation } from "./openapi/endpoint-operation.ts";
import { type OpenOperation, openOperation } from "./openapi/open-operation.ts";
import { tagOf, tagsOf } from "./openapi/tags.ts";
import { withExamples } from "./openapi/with-examples.ts";

/** One route as the document needs it: an endpoint, or what a route without a token takes and answers. */
export type DocumentedRoute = { name: string; method: string; route: string } & (
  | { endpoint: DocumentedEndpoint }
  | { operation: OpenOperation }
);

type Info = { version: string; serverUrl: string; authorizeUrl: string; tokenUrl: string; scope: string };

/** OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1), made from the schemas that validate. */
export function openApiOf(
  routes: readonly DocumentedRoute[],
  { version, serverUrl, authorizeUrl, tokenUrl, scope }: Info,
): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  const schemas: OpenApiDocument["components"]["schemas"] = {};
  for (const route of routes) {
    const path = pathOf(route.route);
    const tag = tagOf(path).name;
    const operation =
      "endpoint" in route
        ? endpointOperation(route, route.endpoint, tag, schemas)
        : openOperation(route, route.operation, tag, schemas);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
  }
  const flow = { scopes: { [scope]: "Call this API" } };
  return withExamples({
    openapi: "3.1.1",
    info: {
      title: "Intune remote-assistance connector",
      version,
      description: INTRODUCTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: serverUrl, description: "This connector" }],
    tags: tagsOf(Object.keys(paths)),
    paths,
    components: {
      schemas,
      securitySchemes: {
        entra: {
          type: "oauth2",
          description:
            "An access token of this API by Entra ID: v2, with one of the app roles that an operation names.",
          flows: {
            authorizationCode: { authorizationUrl: authorizeUrl, tokenUrl, ...flow },
            clientCredentials: { tokenUrl, ...flow },
          },
        },
      },
    },
  });
}

const INTRODUCTION = `TeamViewer help for Intune-managed devices: attended, consent first.

JSON in and out, times in ISO 8601 UTC. Lists answer \`{value, nextPage?}\` and take \`top\` and \`page\`. What is refused or fails is
\`application/problem+json\` (RFC 9457): \`code\` is stable, \`detail\` says what to do. Answers of later versions may have more fields.`;

/** A route as a path template: OpenAPI has no catch-all, and the root is one slash. */
const pathOf = (route: string) => `/${route.replace(/^\//, "").replaceAll("{*", "{")}`;
