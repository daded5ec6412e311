import type { Principal } from "../principals.ts";
import type { Grants } from "./grants.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** What an administrator set up for our API: consent, the federated credential, an authentication context (`acrs`) for Graph. */
export type OnBehalfOfSetup = { isConsented: boolean; isFederated: boolean; acrs?: string | undefined };

/** What every endpoint of the stand-in knows: the tenant, who is in it, its keys and what it has granted. */
export type Realm = {
  /** `<entra url>/<tenant>`, known once the server listens. */
  authority: () => string;
  tenantId: string;
  apiClientId: string;
  /** The public clients that people's front ends use. */
  publicClientIds: string[];
  principals: Principal[];
  keys: SigningKeys;
  grants: Grants;
  nowSeconds: () => number;
  onBehalfOf: OnBehalfOfSetup;
};
