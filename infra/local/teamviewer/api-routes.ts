import type { StandInAnswer, StandInRequest, StandInRoute } from "../stand-in.ts";
import { type Account, accountOf } from "./accounts.ts";
import { findGrant } from "./grants.ts";
import type { Realm } from "./realm.ts";
import { answering, badRequest, Refusal, refuse } from "./refusal.ts";

const HOUR_MS = 3_600_000;

/** Who calls: the account whose token it is, and the grant behind the token. */
export type Caller = { account: Account; grantId: string };

/** A call of the Web API. `path` is below `/api/v1`; a query parameter that is not in `query` is a 400. */
export type ApiRoute = {
  method: string;
  path: string;
  query?: string[];
  answer: (request: StandInRequest, caller: Caller) => StandInAnswer;
};

/** The 401s of API documentation 3.8.2, the throttling of 2.7 and the unknown parameters of 5.1, then the call itself. */
export function apiRoutes(realm: Realm, routes: ApiRoute[]): StandInRoute[] {
  const countCall = callCounter(realm);
  return routes.map(({ method, path, query = [], answer }) => ({
    method,
    path: `/api/v1${path}`,
    answer: answering((request) => {
      const token = bearerToken(request);
      const caller = requireCaller(realm, token);
      countCall(`${method} ${path}`, token);
      const unknown = [...request.query.keys()].find((name) => !query.includes(name));
      if (unknown) throw badRequest(`Unknown parameter: ${unknown}`);
      return answer(request, caller);
    }),
  }));
}

/** No token at all: 401 with nothing but the challenge. */
export function bearerToken({ headers }: StandInRequest): string {
  if (!headers.authorization) throw new Refusal({ status: 401, headers: { "www-authenticate": "Bearer" } });
  const token = /^bearer +(\S+)$/i.exec(headers.authorization)?.[1];
  if (!token) throw refuse(401, "invalid_token", "The Authorization header is malformed");
  return token;
}

function requireCaller(realm: Realm, token: string): Caller {
  const grant = findGrant(realm, token);
  if (grant === "expired") throw refuse(401, "token_expired", "The access token expired");
  const account = grant === "invalid" ? undefined : accountOf(grant.userid);
  if (grant === "invalid" || !account) throw refuse(401, "invalid_token", "The access token is not valid");
  return { account, grantId: grant.id };
}

/** "Too many calls to a single function with the same access token": 403, and no Retry-After. */
function callCounter(realm: Realm) {
  const callsAtMs = new Map<string, number[]>();
  return (apiFunction: string, token: string) => {
    if (realm.callsPerHour === undefined) return;
    const nowMs = realm.now().getTime();
    const key = `${apiFunction} ${token}`;
    const recent = (callsAtMs.get(key) ?? []).filter((atMs) => atMs > nowMs - HOUR_MS);
    if (recent.length >= realm.callsPerHour) throw refuse(403, "rate_limit_reached", "Too many calls to this function");
    callsAtMs.set(key, [...recent, nowMs]);
  };
}
