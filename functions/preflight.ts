import type { HttpHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { securityHeaders } from "../lib/http/headers.ts";

const KEPT_SECONDS = 600;

/** OPTIONS of any address: tells browsers what front ends on the listed origins may send (Fetch standard, CORS-preflight request). */
export const preflight =
  (app: () => App): HttpHandler =>
  async (request) => {
    const headers = securityHeaders(request, app().allowedOrigins);
    if (!headers["access-control-allow-origin"]) return { status: 204, headers };
    const allowed = {
      "access-control-allow-methods": "GET, POST, PATCH, DELETE",
      "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key",
      "access-control-max-age": String(KEPT_SECONDS),
    };
    return { status: 204, headers: { ...headers, ...allowed } };
  };
