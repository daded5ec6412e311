import type { HttpHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { securityHeaders } from "../lib/http/headers.ts";

/** GET /api/health: ok or degraded; with the role RemoteAssistance.Read also each dependency. */
export const health =
  (app: () => App): HttpHandler =>
  async (request) => {
    const { health, authenticate, allowedOrigins } = app();
    const authorization = request.headers.get("authorization");
    const reader = authorization ? await authenticate(authorization).catch(() => undefined) : undefined;
    const mayRead = reader?.roles.includes("RemoteAssistance.Read") ?? false;

    const { status, dependencies } = await health();

    return {
      status: 200,
      headers: securityHeaders(request, allowedOrigins),
      jsonBody: mayRead ? { status, dependencies } : { status },
    };
  };
