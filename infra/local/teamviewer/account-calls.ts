import type { StandInRoute } from "../stand-in.ts";
import { accountOf, colleaguesOf } from "./accounts.ts";
import { type ApiRoute, bearerToken } from "./api-routes.ts";
import { endGrant, findGrant } from "./grants.ts";
import type { Realm } from "./realm.ts";
import { answering, notFound } from "./refusal.ts";
import { requireRight } from "./rights.ts";

/** `GET /ping` takes any token and says whether it is good: an expired or revoked one is 200 `false`, not 401. */
export function pingRoutes(realm: Realm): StandInRoute[] {
  const isGood = (token: string) => typeof findGrant(realm, token) === "object";
  return [
    {
      method: "GET",
      path: "/api/v1/ping",
      answer: answering((request) => ({ status: 200, json: { token_valid: isGood(bearerToken(request)) } })),
    },
  ];
}

/** The account behind a token, the users of its company, and the end of a grant. */
export function accountCalls(realm: Realm): ApiRoute[] {
  return [
    {
      method: "POST",
      path: "/oauth2/revoke",
      answer: (_request, { grantId }) => {
        endGrant(realm, grantId, "revoked");
        return { status: 204 };
      },
    },
    {
      method: "GET",
      path: "/account",
      answer: (_request, { account: { userid, name, email, company } }) => {
        const license = { license_type: "Premium", type: "Premium", details: "", isactive: true };
        const json = {
          userid,
          name,
          email,
          company_name: company,
          email_validated: true,
          email_language: "en",
          license,
          available_licenses: [license],
        };
        return { status: 200, json };
      },
    },
    {
      method: "GET",
      path: "/users",
      query: ["email", "name", "permissions", "full_list"],
      answer: ({ query }, { account }) => {
        requireRight(realm, "users");
        const emails = query.get("email")?.toLowerCase().split(",");
        const name = query.get("name")?.toLowerCase() ?? "";
        const found = colleaguesOf(account)
          .filter((user) => !emails || emails.includes(user.email.toLowerCase()))
          .filter((user) => user.name.toLowerCase().includes(name));
        return { status: 200, json: { users: found.map((user) => userRow(user, query.get("full_list") === "true")) } };
      },
    },
    {
      method: "GET",
      path: "/users/:userid",
      answer: ({ params }, { account }) => {
        requireRight(realm, "users");
        const user = accountOf(params.userid ?? "");
        if (user?.company !== account.company) throw notFound("No such user");
        return { status: 200, json: userRow(user, true) };
      },
    },
  ];
}

function userRow({ userid, name, email }: { userid: string; name: string; email: string }, isFull: boolean) {
  return isFull ? { id: userid, name, email, active: true, permissions: "ManageConnections" } : { id: userid, name };
}
