import type { HttpHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import type { OpenOperation } from "../lib/http/openapi/open-operation.ts";
import { pageHandler } from "../lib/http/page-handler.ts";

export const rootOperation: OpenOperation = {
  summary: "Leads to the portal",
  answers: { 302: { description: "To the portal", headers: ["Location"] } },
};

/** GET /: leads to the portal. */
export const root = (app: () => App): HttpHandler =>
  pageHandler(app, async () => ({ status: 302, headers: { location: "/portal" } }));
