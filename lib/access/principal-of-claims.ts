import * as z from "zod";
import { AppError } from "../errors.ts";
import { type Principal, roles } from "./principal.ts";

/** As names are: a claim that holds no address is as good as none. */
const address = z.email().max(254).optional().catch(undefined);

const claimsSchema = z.object({
  ver: z.literal("2.0"),
  tid: z.guid(),
  oid: z.guid(),
  azp: z.guid(),
  idtyp: z.string().optional(),
  scp: z.string().optional(),
  roles: z.array(z.string()).default([]),
  // Names are a courtesy: a token with odd ones is as good.
  given_name: z.string().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  email: address,
  preferred_username: address,
  upn: address,
});

type Expected = { tenantId: string; allowedClients: readonly string[] };

/**
 * The principal of an access token whose signature, issuer, audience and times were already checked.
 * People carry the scope `access_as_user`; applications carry `idtyp: "app"` and no scope
 * (learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
 */
export function principalOfClaims(payload: unknown, { tenantId, allowedClients }: Expected): Principal {
  const parsed = claimsSchema.safeParse(payload);
  if (!parsed.success) {
    throw new AppError(
      "unauthenticated",
      "The token is not a v2.0 access token of this API. Ask Entra for one with its scope.",
    );
  }
  const claims = parsed.data;
  if (claims.tid.toLowerCase() !== tenantId) {
    throw new AppError(
      "unauthenticated",
      "The token comes from another tenant. Sign in to the tenant of this connector.",
    );
  }
  const clientId = claims.azp.toLowerCase();
  if (allowedClients.length > 0 && !allowedClients.includes(clientId)) {
    throw new AppError(
      "forbidden",
      "This client may not call the connector. Ask an administrator to add it to ALLOWED_CLIENTS.",
    );
  }
  const kind = kindOf(claims.idtyp, claims.scp);
  const firstName = kind === "person" ? firstNameOf(claims.given_name, claims.name) : "";
  const emails = kind === "person" ? emailsOf(claims) : [];
  return {
    id: claims.oid.toLowerCase(),
    kind,
    clientId,
    roles: roles.filter((role) => claims.roles.includes(role)),
    ...(firstName ? { firstName } : {}),
    ...(emails.length > 0 ? { emails } : {}),
  };
}

/** What people sign in with is often, but not always, their e-mail address: all that the token tells, each once. */
function emailsOf({ preferred_username, email, upn }: z.infer<typeof claimsSchema>): string[] {
  const told = [preferred_username, email, upn].flatMap((each) => (each ? [each.toLowerCase()] : []));
  return [...new Set(told)];
}

const FIRST_NAME_LIMIT = 40;

/** The optional claim `given_name`, else the first word of `name`: readable text of one line. */
function firstNameOf(givenName = "", name = ""): string {
  const [given, first = ""] = [givenName, name].map((text) =>
    text
      .toWellFormed()
      .replace(/[\p{Cc}\s]+/gu, " ")
      .trim(),
  );
  const [word = ""] = first.split(" ");
  return [...(given || word)].slice(0, FIRST_NAME_LIMIT).join("");
}

function kindOf(idtyp: string | undefined, scp: string | undefined): Principal["kind"] {
  const isApplication = idtyp === "app";
  if (isApplication && scp === undefined) return "application";
  if (!isApplication && scp?.split(" ").includes("access_as_user")) return "person";
  throw new AppError(
    "forbidden",
    "The token has neither the scope access_as_user (people) nor idtyp app (applications). Ask for the scope of this API.",
  );
}
