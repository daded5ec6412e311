import type { Certificate } from "../certificate.ts";
import { TENANT_ID } from "../principals.ts";
import { type StandIn, type StandInRoute, startStandIn } from "../stand-in.ts";
import { bundle, deletedBundle, page } from "./bundles.ts";
import { type Asked, type Guarded, guarded, ok } from "./guarded.ts";
import { keyRoutes } from "./key-routes.ts";
import { keyStore } from "./key-store.ts";
import { checkName, parseProperties, parseSecret } from "./secret-input.ts";
import { pick, secretStore } from "./secret-store.ts";

type Options = {
  port: number;
  certificate: Certificate;
  /** Where the secrets are kept over a restart; the keys beside it, in `…-keys.json`. */
  file?: string;
  /** Secrets that are set at start when there is none of that name. */
  secrets?: Record<string, string>;
  /** Where callers are sent for a token: `<entra>/<tenant>`. */
  authority?: string;
};

/**
 * The secrets and keys of Key Vault's data plane: https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups,
 * https://learn.microsoft.com/rest/api/keyvault/keys/operation-groups
 */
export async function startVault({ port, certificate, file, secrets = {}, authority }: Options): Promise<StandIn> {
  const store = secretStore(file);
  for (const [name, value] of Object.entries(secrets)) {
    if (!store.has(name)) store.set(checkName(name), { value });
  }
  const route = guarded(authority ?? `https://login.microsoftonline.com/${TENANT_ID}`);
  const keys = keyStore(file?.replace(/(\.json)?$/, "-keys.json"));
  const all = [...secretRoutes(route, store), ...keyRoutes(route, keys)];
  return startStandIn({ name: "vault", port, tls: certificate, routes: all });
}

function secretRoutes(route: Guarded, store: ReturnType<typeof secretStore>): StandInRoute[] {
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
