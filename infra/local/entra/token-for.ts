import type { Principal } from "../principals.ts";
import { accessClaims } from "./claims.ts";
import type { Realm } from "./realm.ts";

/** What to change in a token: claims (`undefined` or `null` takes one out), header, life (negative: already over). */
export type TokenOverrides = {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  expiresInSeconds?: number;
};

/** Makes access tokens without a sign-in, proper ones and odd ones, all signed with the tenant's key. */
export function tokenMaker(realm: Realm) {
  return (principalName: string, overrides: TokenOverrides = {}): Promise<string> => {
    const { claims: changes = {}, header = {}, expiresInSeconds } = overrides;
    const claims = accessClaims(realm, named(realm.principals, principalName));
    if (expiresInSeconds !== undefined) claims.exp = realm.nowSeconds() + expiresInSeconds;
    const changed = Object.entries({ ...claims, ...changes }).filter(
      ([, value]) => value !== undefined && value !== null,
    );
    return realm.keys.sign(Object.fromEntries(changed), header);
  };
}

function named(principals: Principal[], name: string): Principal {
  const found = principals.find((principal) => principal.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  throw new Error(`Nobody is called "${name}"; there are ${principals.map((principal) => principal.name).join(", ")}`);
}
