import type { HttpHandler } from "@azure/functions";
import * as z from "zod";
import type { App } from "../lib/app.ts";
import { securityHeaders } from "../lib/http/headers.ts";
import type { OpenOperation } from "../lib/http/openapi/open-operation.ts";
import type { DocumentedRoute } from "../lib/http/openapi.ts";
import { openApiDocument } from "./openapi-document.ts";

export const openapiOperation: OpenOperation = {
  summary: "This document",
  answers: {
    200: {
      description: "The OpenAPI 3.1 document of this API",
      media: { "application/json": z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }) },
    },
  },
};

/** GET /api/openapi.json: made once, from the same schemas that validate. */
export function openapi(app: () => App, routes: () => DocumentedRoute[]): HttpHandler {
  let made: ReturnType<typeof openApiDocument> | undefined;
  return async (request) => {
    made ??= openApiDocument(app(), routes());
    return { status: 200, headers: securityHeaders(request, app().allowedOrigins), jsonBody: made };
  };
}
