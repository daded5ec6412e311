import type { HttpHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { securityHeaders } from "../lib/http/headers.ts";
import { type DocumentedRoute, openApiOf } from "../lib/http/openapi.ts";

/** GET /api/openapi.json: made once, from the same schemas that validate. */
export function openapi(app: () => App, routes: () => DocumentedRoute[]): HttpHandler {
  let made: ReturnType<typeof openApiOf> | undefined;
  return async (request) => {
    const { settings, allowedOrigins } = app();
    const entra = `${settings.entraUrl}/${settings.tenantId}/oauth2/v2.0`;
    made ??= openApiOf(routes(), {
      version: "0.1.0",
      serverUrl: settings.publicUrl,
      authorizeUrl: `${entra}/authorize`,
      tokenUrl: `${entra}/token`,
      scope: `api://${settings.apiClientId}/access_as_user`,
    });
    return { status: 200, headers: securityHeaders(request, allowedOrigins), jsonBody: made };
  };
}
