import type { HttpHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { aPage, type OpenOperation } from "../lib/http/openapi/open-operation.ts";
import type { DocumentedRoute } from "../lib/http/openapi.ts";
import { pageHandler } from "../lib/http/page-handler.ts";
import { referencePage } from "../lib/http/reference-page.ts";
import { openApiDocument } from "./openapi-document.ts";

export const referenceOperation: OpenOperation = {
  summary: "The reference of this API, to read",
  answers: { 200: aPage("The OpenAPI document as a page, without script"), 500: aPage("Something went wrong here") },
};

/** GET /api/reference: the OpenAPI document as a page, made once. */
export function reference(app: () => App, routes: () => DocumentedRoute[]): HttpHandler {
  let made: ReturnType<typeof referencePage> | undefined;
  return pageHandler(app, async (_request, having) => {
    made ??= referencePage(openApiDocument(having, routes()));
    return made;
  });
}
