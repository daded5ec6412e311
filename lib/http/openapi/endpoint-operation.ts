import * as z from "zod";
import { requestLimits } from "../../access/request-limits.ts";
import type { Endpoint } from "../endpoint.ts";
import { problemSchema } from "../problem.ts";
import { answerHeaders } from "./answer-headers.ts";
import type { JsonSchema, Media, Operation, Response } from "./document.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { idempotencyKeyParameter, pathParameters, queryParameters } from "./parameters.ts";
import { codesOf, problemAnswers } from "./problem-answers.ts";

/** What the document takes from an endpoint. */
export type DocumentedEndpoint = Omit<Endpoint<never>, "handle">;

export function endpointOperation(
  { name, route }: { name: string; route: string },
  endpoint: DocumentedEndpoint,
  tag: string,
  schemas: Record<string, JsonSchema>,
): Operation {
  const { summary, roles, params, query, body, idempotencyKey } = endpoint;
  jsonSchemaOf(problemSchema, schemas);
  return {
    operationId: name,
    summary,
    description: `Needs the app role ${roles.join(" or ")}, of a person or an application. ${limitsOf(endpoint)}`,
    tags: [tag],
    "x-roles": roles,
    "x-callers": ["person", "application"],
    security: [{ entra: [] }],
    parameters: [
      ...pathParameters(route, params),
      ...queryParameters(query),
      ...idempotencyKeyParameter(idempotencyKey),
    ],
    ...(body
      ? { requestBody: { required: true, content: { "application/json": { schema: jsonSchemaOf(body, schemas) } } } }
      : {}),
    responses: { ...answersOf(endpoint, schemas), ...problemAnswers(codesOf(endpoint)) },
  };
}

function answersOf(
  { answers, media = ["application/json"], line, answerHeaders: names = [] }: DocumentedEndpoint,
  schemas: Record<string, JsonSchema>,
): Record<string, Response> {
  const entries = Object.entries(answers).map(([status, schema]): [string, Response] => [
    status,
    {
      description: z.globalRegistry.get(schema)?.description ?? "Done",
      ...answerHeaders(names),
      content: Object.fromEntries(media.map((type) => [type, mediaOf(type, schema, line, schemas)])),
    },
  ]);
  return Object.fromEntries(entries);
}

function mediaOf(
  type: string,
  schema: z.ZodType,
  line: z.ZodType | undefined,
  schemas: Record<string, JsonSchema>,
): Media {
  if (type === "application/json") return { schema: jsonSchemaOf(schema, schemas) };
  if (type !== "application/x-ndjson") return { schema: { type: "string" } };
  const description = "One JSON object a line, each as x-line-schema says.";
  return { schema: { type: "string", description }, "x-line-schema": jsonSchemaOf(line ?? schema, schemas) };
}

function limitsOf({ startsSession }: Pick<DocumentedEndpoint, "startsSession">): string {
  const { person, application } = startsSession ? requestLimits.starts : requestLimits.calls;
  const counted = startsSession
    ? "The same Idempotency-Key counts once."
    : "All calls but session starts count together.";
  return `At most ${person.limit} a minute by a person, ${application.limit} by an application. ${counted}`;
}
