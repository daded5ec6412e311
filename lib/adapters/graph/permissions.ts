import type { TokenCredential } from "@azure/identity";
import * as z from "zod";
import type { PermissionsHeld } from "../../devices/ports.ts";
import { audienceOf } from "./client.ts";

type Deps = { graphUrl: string; credential: TokenCredential };

const claimsSchema = z.object({ roles: z.array(z.string()) });

/**
 * The application permissions that Entra wrote into this app's token for Microsoft Graph: the token is at hand for each call to
 * it, so looking costs none. Such tokens are meant for Graph alone: one that cannot be read says nothing.
 */
export function makePermissionsHeld({ graphUrl, credential }: Deps): PermissionsHeld {
  return async () => {
    try {
      const { token } = (await credential.getToken(`${audienceOf(graphUrl)}/.default`)) ?? { token: "" };
      const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
      return claimsSchema.safeParse(claims).data?.roles;
    } catch {
      // No token, or none that can be read: Graph itself will tell.
      return undefined;
    }
  };
}
