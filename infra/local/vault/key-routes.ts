import type { StandInRoute } from "../stand-in.ts";
import { page } from "./bundles.ts";
import { type Asked, type Guarded, ok } from "./guarded.ts";
import { parseDigest, parseKeyChange, parseNewKey } from "./key-input.ts";
import { type Key, type KeyVersion, type keyStore, pickKey } from "./key-store.ts";
import { signDigest } from "./sign-digest.ts";

// https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview: 90 days unless the vault was made otherwise.
const RECOVERABLE_DAYS = 90;

/** The keys part of the data plane: https://learn.microsoft.com/rest/api/keyvault/keys/operation-groups */
export function keyRoutes(route: Guarded, store: ReturnType<typeof keyStore>): StandInRoute[] {
  const read = ({ origin, name, version }: Asked) => {
    const key = store.active(name);
    return ok(bundle(origin, key, pickKey(key, version)));
  };
  const update = ({ origin, name, version, body }: Asked) =>
    ok(bundle(origin, store.active(name), store.update(name, version, parseKeyChange(body))));
  const sign = ({ origin, name, version, body }: Asked) => {
    const key = store.forSigning(name, version);
    const kid = kidOf(origin, store.active(name), key);
    const value = signDigest(Buffer.from(key.d, "base64url"), parseDigest(body, kid)).toString("base64url");
    return ok({ kid, value });
  };

  return [
    route("POST", "/keys/:name/create", ({ origin, name, body }) => {
      const made = store.create(name, parseNewKey(body));
      return ok(bundle(origin, store.active(name), made));
    }),
    route("POST", "/keys/:name/:version/sign", sign),
    route("GET", "/keys", ({ origin, path, query }) => {
      const items = store.listActive().map((key) => item(origin, key, pickKey(key), { latest: true }));
      return ok(page(origin, path, query, items));
    }),
    route("GET", "/keys/:name/versions", ({ origin, name, path, query }) => {
      const key = store.active(name);
      // The service lists versions by their id, not by their age.
      const versions = [...key.versions].sort((a, b) => (a.version < b.version ? -1 : 1));
      const items = versions.map((version) => item(origin, key, version));
      return ok(page(origin, path, query, items));
    }),
    route("GET", "/keys/:name", read),
    route("GET", "/keys/:name/:version", read),
    route("PATCH", "/keys/:name", update),
    route("PATCH", "/keys/:name/:version", update),
    route("DELETE", "/keys/:name", ({ origin, name }) => ok(deletedBundle(origin, store.remove(name)))),
    route("GET", "/deletedkeys/:name", ({ origin, name }) => ok(deletedBundle(origin, store.deleted(name)))),
    route("POST", "/deletedkeys/:name/recover", ({ origin, name }) => {
      const key = store.recover(name);
      return ok(bundle(origin, key, pickKey(key)));
    }),
    route("DELETE", "/deletedkeys/:name", ({ name }) => {
      store.purge(name);
      return { status: 204 };
    }),
  ];
}

const kidOf = (origin: string, key: Key, { version }: KeyVersion) => `${origin}/keys/${key.name}/${version}`;

function attributesOf({ enabled, created, updated }: KeyVersion) {
  return { enabled, created, updated, recoveryLevel: "Recoverable+Purgeable", recoverableDays: RECOVERABLE_DAYS };
}

/** A key version with its public half. */
function bundle(origin: string, key: Key, version: KeyVersion) {
  const { x, y, operations, tags } = version;
  const jwk = { kid: kidOf(origin, key, version), kty: "EC", crv: "P-256", x, y, key_ops: operations };
  return { key: jwk, attributes: attributesOf(version), tags };
}

/** A key version in a list: without the key itself; a list of keys leaves the version out of the id. */
function item(origin: string, key: Key, version: KeyVersion, { latest = false } = {}) {
  const kid = latest ? `${origin}/keys/${key.name}` : kidOf(origin, key, version);
  return { kid, attributes: attributesOf(version), tags: version.tags };
}

function deletedBundle(origin: string, key: Key) {
  const deletedDate = key.deletedDate ?? 0;
  return {
    ...bundle(origin, key, pickKey(key)),
    recoveryId: `${origin}/deletedkeys/${key.name}`,
    deletedDate,
    scheduledPurgeDate: deletedDate + RECOVERABLE_DAYS * 24 * 60 * 60,
  };
}
