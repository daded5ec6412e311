import * as z from "zod";
import type { ErrorCode } from "../../errors.ts";
import { problemSchema } from "../problem.ts";
import { type AnswerHeader, answerHeaders } from "./answer-headers.ts";
import type { JsonSchema, Media, Operation, Response } from "./document.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { headerParameters, pathParameters, queryParameters, type ReadHeader } from "./parameters.ts";
import { problemAnswers } from "./problem-answers.ts";

/** One answer of a route that needs no token: what it says by media type. */
export type OpenAnswer = {
  description: string;
  media?: Record<string, z.ZodType>;
  headers?: readonly AnswerHeader[];
};

/** A route that needs no token, in the words of the document: what it reads and every answer it can give. */
export type OpenOperation = {
  summary: string;
  description?: string;
  params?: z.ZodType;
  query?: z.ZodType;
  headers?: Record<string, ReadHeader>;
  cookies?: Record<string, ReadHeader>;
  /** The body by its media type. */
  body?: Record<string, z.ZodType>;
  answers: Record<number, OpenAnswer>;
  /** What it refuses with as a problem (RFC 9457), if it is no page. */
  problems?: readonly ErrorCode[];
};

/** A page; its language is chosen for whoever reads it. */
export const aPage = (description: string, headers: readonly AnswerHeader[] = []): OpenAnswer => ({
  description,
  media: { "text/html": z.string() },
  headers: ["Content-Language", ...headers],
});

/** The pages that tell of a service in trouble. */
export const failurePages: Record<number, OpenAnswer> = {
  500: aPage("A page: something went wrong here."),
  502: aPage("A page: a service gave an unusable answer.", ["Retry-After"]),
  503: aPage("A page: a service is not available.", ["Retry-After"]),
  504: aPage("A page: a service did not answer in time.", ["Retry-After"]),
};

/** The languages a page is read in. */
export const acceptLanguage: Record<string, ReadHeader> = {
  "Accept-Language": { description: "The languages of whoever reads the page" },
};

export function openOperation(
  { name, route }: { name: string; route: string },
  { summary, description, params, query, headers, cookies, body, answers, problems = [] }: OpenOperation,
  tag: string,
  schemas: Record<string, JsonSchema>,
): Operation {
  const mediaOf = (media: Record<string, z.ZodType>): Record<string, Media> =>
    Object.fromEntries(
      Object.entries(media).map(([type, schema]) => [type, { schema: jsonSchemaOf(schema, schemas) }]),
    );
  const answered = Object.entries(answers).map(([status, { description, media, headers = [] }]): [string, Response] => [
    status,
    { description, ...answerHeaders(headers), ...(media ? { content: mediaOf(media) } : {}) },
  ]);
  if (problems.length > 0) jsonSchemaOf(problemSchema, schemas);
  return {
    operationId: name,
    summary,
    ...(description ? { description } : {}),
    tags: [tag],
    security: [],
    parameters: [
      ...pathParameters(route, params),
      ...queryParameters(query),
      ...headerParameters(headers),
      ...headerParameters(cookies, "cookie"),
    ],
    ...(body ? { requestBody: { required: true, content: mediaOf(body) } } : {}),
    responses: { ...Object.fromEntries(answered), ...problemAnswers(problems) },
  };
}
