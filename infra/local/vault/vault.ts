import type { Certificate } from "../certificate.ts";
import { TENANT_ID } from "../principals.ts";
import { type StandIn, type StandInAnswer, type StandInRequest, type StandInRoute, startStandIn } from "../stand-in.ts";
import { bundle, deletedBundle, page } from "./bundles.ts";
import { challenge } from "./challenge.ts";
import { checkName, parseProperties, parseSecret } from "./secret-input.ts";
import { pick, secretStore } from "./secret-store.ts";
import { badParameter, refusalAnswer, VaultRefusal } from "./vault-refusal.ts";

type Options = {
  port: number;
  certificate: Certificate;
  /** Where the secrets are kept over a restart. */
  file?: string;
  /** Secrets that are set at start when there is none of that name. */
  secrets?: Record<string, string>;
  /** Where callers are sent for a token: `<entra>/<tenant>`. */
  authority?: string;
};

/** What a route needs: the parts of the request that matter, with the name checked. */
type Asked = {
  origin: string;
  name: string;
  version: string | undefined;
  path: string;
  query: URLSearchParams;
  body: string;
};

/** The secrets part of Key Vault's data plane: https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups */
export async function startVault({ port, certificate, file, secrets = {}, authority }: Options): Promise<StandIn> {
  const store = secretStore(file);
  for (const [name, value] of Object.entries(secrets)) {
    if (!store.has(name)) store.set(checkName(name), { value });
  }
  const route = guarded(authority ?? `https://login.microsoftonline.com/${TENANT_ID}`);
  return startStandIn({ name: "vault", port, tls: certificate, routes: routes(route, store) });
}

function routes(route: ReturnType<typeof guarded>, store: ReturnType<typeof secretStore>): StandInRoute[] {
  const read = ({ origin, name, version }: Asked) =>
    ok(bundle(origin, store.active(name), store.read(name, version), { value: true }));
  const update = ({ origin, name, version, body }: Asked) => {
    const updated = store.update(name, version, parseProperties(body));
    return ok(bundle(origin, store.active(name), updated));
  };

  return [
    route("PUT", "/secrets/:name", ({ origin, name, body }) => {
      const set = store.set(name, parseSecret(body));
      return ok(bundle(origin, store.active(name), set, { value: true }));
    }),
    route("GET", "/secrets", ({ origin, path, query }) => {
      const items = store.listActive().map((secret) => bundle(origin, secret, pick(secret), { latest: true }));
      return ok(page(origin, path, query, items));
    }),
    route("GET", "/secrets/:name/versions", ({ origin, name, path, query }) => {
      const secret = store.active(name);
      // The service lists versions by their id, not by their age.
      const versions = [...secret.versions].sort((a, b) => (a.version < b.version ? -1 : 1));
      return ok(
        page(
          origin,
          path,
          query,
          versions.map((version) => bundle(origin, secret, version)),
        ),
      );
    }),
    route("GET", "/secrets/:name", read),
    route("GET", "/secrets/:name/:version", read),
    route("PATCH", "/secrets/:name", update),
    route("PATCH", "/secrets/:name/:version", update),
    route("DELETE", "/secrets/:name", ({ origin, name }) => ok(deletedBundle(origin, store.remove(name)))),
    route("GET", "/deletedsecrets", ({ origin, path, query }) => {
      const items = store.listDeleted().map((secret) => deletedBundle(origin, secret, { latest: true }));
      return ok(page(origin, path, query, items));
    }),
    route("GET", "/deletedsecrets/:name", ({ origin, name }) => ok(deletedBundle(origin, store.deleted(name)))),
    route("POST", "/deletedsecrets/:name/recover", ({ origin, name }) => {
      const secret = store.recover(name);
      return ok(bundle(origin, secret, pick(secret)));
    }),
    route("DELETE", "/deletedsecrets/:name", ({ name }) => {
      store.purge(name);
      return { status: 204 };
    }),
  ];
}

/** Makes routes that first ask for a bearer and an `api-version`, and that answer refusals as the service does. */
function guarded(authority: string) {
  return (method: string, path: string, answer: (asked: Asked) => StandInAnswer): StandInRoute => ({
    method,
    path,
    answer: (request: StandInRequest) => {
      const unauthorized = challenge(request, authority);
      if (unauthorized) return unauthorized;
      try {
        if (!request.query.get("api-version")) throw badParameter("api-version must be specified");
        const { params, query, body, headers } = request;
        const name = params.name === undefined ? "" : checkName(params.name);
        const origin = `https://${headers.host}`;
        return answer({ origin, name, version: params.version, path: request.path, query, body });
      } catch (error) {
        if (error instanceof VaultRefusal) return refusalAnswer(error);
        throw error;
      }
    },
  });
}

function ok(json: unknown): StandInAnswer {
  return { status: 200, headers: { "cache-control": "no-cache" }, json };
}
