import type { App } from "../lib/app.ts";
import { type DocumentedRoute, openApiOf } from "../lib/http/openapi.ts";

/** The OpenAPI document of `routes` as they stand in one deployment. */
export function openApiDocument({ settings }: Pick<App, "settings">, routes: readonly DocumentedRoute[]) {
  const entra = `${settings.entraUrl}/${settings.tenantId}/oauth2/v2.0`;
  return openApiOf(routes, {
    version: "0.1.0",
    serverUrl: settings.publicUrl,
    authorizeUrl: `${entra}/authorize`,
    tokenUrl: `${entra}/token`,
    scope: `api://${settings.apiClientId}/access_as_user`,
  });
}
