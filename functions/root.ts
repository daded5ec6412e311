import type { HttpHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { pageHandler } from "../lib/http/page-handler.ts";

/** GET /: leads to the portal. */
export const root = (app: () => App): HttpHandler =>
  pageHandler(app, async () => ({ status: 302, headers: { location: "/portal" } }));
