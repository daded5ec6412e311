import { EntraRefusal, invalidScope } from "./refusal.ts";

const OIDC = ["openid", "profile", "email", "offline_access"];

/** What of `scope` a person's token is for: exactly our API, by its only delegated permission or by `.default`. */
export function personScopes(scope: string, apiClientId: string): { api: string; granted: string[] } {
  const asked = scope.split(" ").filter(Boolean);
  const api = asked.filter((one) => !OIDC.includes(one));
  const allowed = ["access_as_user", ".default"].flatMap((name) => ours(apiClientId, name));
  const stranger = api.find((one) => !allowed.includes(one));
  if (stranger) throw invalidScope(stranger);
  const first = api[0];
  if (!first) throw invalidScope(scope || "''");
  const [resource] = first.split(/\/(?=[^/]+$)/);
  return { api: `${resource}/access_as_user`, granted: asked.filter((one) => OIDC.includes(one)) };
}

/** An application's token is always for everything it was given: `<api>/.default`. */
export function checkApplicationScope(scope: string, apiClientId: string) {
  if (ours(apiClientId, ".default").includes(scope)) return;
  if (scope.endsWith("/.default")) {
    const resource = scope.slice(0, -"/.default".length);
    throw new EntraRefusal(
      "invalid_resource",
      500011,
      `The resource principal named ${resource} was not found in the tenant.`,
    );
  }
  throw new EntraRefusal(
    "invalid_scope",
    1002012,
    `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
  );
}

function ours(apiClientId: string, name: string): string[] {
  return [`api://${apiClientId}/${name}`, `${apiClientId}/${name}`];
}
