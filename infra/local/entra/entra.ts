import { kept } from "../kept.ts";
import { PORTAL_CLIENT_ID, type Principal } from "../principals.ts";
import { type StandIn, type StandInAnswer, type StandInRequest, type StandInRoute, startStandIn } from "../stand-in.ts";
import { authorizeEndpoint } from "./authorize.ts";
import { controlRoutes } from "./control-routes.ts";
import { discoveryDocument } from "./discovery.ts";
import { type GrantState, grants } from "./grants.ts";
import type { OnBehalfOfSetup, Realm } from "./realm.ts";
import { refusalAnswer, unknownTenant } from "./refusal.ts";
import { type KeyState, signingKeys } from "./signing-keys.ts";
import { tokenEndpoint } from "./token.ts";
import { type TokenOverrides, tokenMaker } from "./token-for.ts";

type Options = {
  port: number;
  tenantId: string;
  /** The app registration of our API: the audience of every token. */
  apiClientId: string;
  principals: Principal[];
  /** Where keys, codes and refresh tokens are kept over a restart. */
  file?: string;
  publicClientIds?: string[];
  now?: () => number;
};

/** The Entra stand-in, which can also make tokens in process. */
export type Entra = StandIn & {
  tokenFor: (principalName: string, overrides?: TokenOverrides) => Promise<string>;
  /** Changes what an administrator set up; left out, all is as it should be. */
  setUpOnBehalfOf: (setup?: Partial<OnBehalfOfSetup>) => void;
};

/** The v2.0 endpoints of one Entra tenant: https://learn.microsoft.com/entra/identity-platform/v2-protocols */
export async function startEntra(options: Options): Promise<Entra> {
  const {
    port,
    tenantId,
    apiClientId,
    principals,
    file,
    publicClientIds = [PORTAL_CLIENT_ID],
    now = Date.now,
  } = options;
  const state = kept<KeyState & GrantState>(file, () => ({ keys: [], codes: {}, refreshTokens: {} }));
  const nowSeconds = () => Math.floor(now() / 1000);
  let url = "";
  const realm: Realm = {
    authority: () => `${url}/${tenantId}`,
    tenantId,
    apiClientId,
    publicClientIds,
    principals,
    keys: await signingKeys(state),
    grants: grants(state, nowSeconds),
    nowSeconds,
    onBehalfOf: { isConsented: true, isFederated: true },
  };
  const setUpOnBehalfOf = (setup: Partial<OnBehalfOfSetup> = {}) => {
    realm.onBehalfOf = { isConsented: true, isFederated: true, ...setup };
  };
  const tokenFor = tokenMaker(realm);

  const routes = [...tenantRoutes(realm), ...controlRoutes(realm, tokenFor, setUpOnBehalfOf)];
  const standIn = await startStandIn({ name: "entra", port, routes });
  url = standIn.url;
  return { ...standIn, tokenFor, setUpOnBehalfOf };
}

function tenantRoutes(realm: Realm): StandInRoute[] {
  const authorize = authorizeEndpoint(realm);
  const issuer = () => `${realm.authority()}/v2.0`;
  const inTenant = (method: string, path: string, answer: StandInRoute["answer"]): StandInRoute => ({
    method,
    path: `/:tenant${path}`,
    answer: (request) => {
      const { tenant = "" } = request.params;
      return tenant.toLowerCase() === realm.tenantId ? answer(request) : refusalAnswer(unknownTenant(tenant));
    },
  });
  // Single-page applications read these from their own origin.
  const forAnyOrigin = (method: string, path: string, answer: StandInRoute["answer"]): StandInRoute[] => [
    inTenant(method, path, async (request) => {
      const { headers, ...rest } = await answer(request);
      return { ...rest, headers: { ...headers, "access-control-allow-origin": "*" } };
    }),
    inTenant("OPTIONS", path, (request) => preflight(request, method)),
  ];

  return [
    ...forAnyOrigin("GET", "/v2.0/.well-known/openid-configuration", () => ({
      status: 200,
      json: discoveryDocument(realm),
    })),
    ...forAnyOrigin("GET", "/discovery/v2.0/keys", () => ({
      status: 200,
      json: { keys: realm.keys.publicKeys(issuer()) },
    })),
    ...forAnyOrigin("POST", "/oauth2/v2.0/token", tokenEndpoint(realm)),
    inTenant("GET", "/oauth2/v2.0/authorize", authorize.show),
    inTenant("POST", "/login", authorize.choose),
    inTenant("GET", "/oauth2/v2.0/logout", authorize.signOut),
  ];
}

function preflight({ headers }: StandInRequest, method: string): StandInAnswer {
  return {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": `${method}, OPTIONS`,
      "access-control-allow-headers": headers["access-control-request-headers"] ?? "content-type",
      "access-control-max-age": "86400",
    },
  };
}
