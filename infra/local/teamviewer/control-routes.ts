import { z } from "zod";
import type { StandInAnswer, StandInRequest, StandInRoute } from "../stand-in.ts";
import { addConnection, newConnection, removeConnections } from "./add-connection.ts";
import { endGrant } from "./grants.ts";
import { parseBody } from "./parse-body.ts";
import type { Realm } from "./realm.ts";
import { answering, badRequest, notFound } from "./refusal.ts";
import { changeRights, rightsChange } from "./rights.ts";
import { endConnection, setCustomerThere, startConnection } from "./session-life.ts";
import { fullRow } from "./session-rows.ts";
import type { Session } from "./state.ts";

export const modeChange = z.strictObject({
  refresh: z.enum(["rotating", "grace", "non-rotating"]).optional(),
  accessTokenSeconds: z.int().positive().optional(),
});

/** `null` switches a limit off. */
export const limitChange = z.strictObject({
  perHour: z.int().min(0).nullable().optional(),
  concurrentSessions: z.int().min(0).nullable().optional(),
});

/** How tests and the demo play everybody else: the user, the supporter, TeamViewer's own rules. */
export function controlRoutes(realm: Realm): StandInRoute[] {
  const onSession = (act: (session: Session, request: StandInRequest) => boolean) =>
    answering((request): StandInAnswer => {
      const session = realm.kept.value.sessions.find(({ code }) => code === request.params.code);
      if (!session) throw notFound("No such session");
      if (!act(session, request)) throw badRequest("The session is not in a state for this");
      return { status: 200, json: rawSession(realm, session) };
    });
  const change = (method: string, path: string, act: (request: StandInRequest) => void): StandInRoute => ({
    method,
    path,
    answer: answering((request) => {
      act(request);
      return { status: 204 };
    }),
  });
  const session = "/_control/sessions/:code";
  return [
    change("POST", "/_control/mode", (request) => changeMode(realm, parseBody(modeChange, request))),
    change("POST", "/_control/limits", (request) => changeLimits(realm, parseBody(limitChange, request))),
    change("POST", "/_control/rights", (request) => changeRights(realm, parseBody(rightsChange, request))),
    change("POST", "/_control/connections", (request) => addConnection(realm, parseBody(newConnection, request))),
    change("DELETE", "/_control/connections", () => removeConnections(realm)),
    { method: "GET", path: "/_control/grants", answer: () => ({ status: 200, json: grantRows(realm) }) },
    change("DELETE", "/_control/grants", () => removeGrants(realm)),
    { method: "GET", path: "/_control/sessions", answer: () => ({ status: 200, json: rawSessions(realm) }) },
    {
      method: "POST",
      path: `${session}/online`,
      answer: onSession((found, request) => {
        return setCustomerThere(realm, found, parseBody(z.strictObject({ online: z.boolean() }), request).online);
      }),
    },
    { method: "POST", path: `${session}/join`, answer: onSession((found) => startConnection(realm, found)) },
    { method: "POST", path: `${session}/end`, answer: onSession((found) => endConnection(realm, found)) },
  ];
}

export function changeMode(realm: Realm, { refresh, accessTokenSeconds }: z.infer<typeof modeChange>) {
  realm.refresh = refresh ?? realm.refresh;
  realm.accessTokenSeconds = accessTokenSeconds ?? realm.accessTokenSeconds;
}

export function changeLimits(realm: Realm, { perHour, concurrentSessions }: z.infer<typeof limitChange>) {
  if (perHour !== undefined) realm.callsPerHour = perHour ?? undefined;
  if (concurrentSessions !== undefined) realm.concurrentSessions = concurrentSessions ?? undefined;
}

/** The account's owner takes every grant back, as one can in the TeamViewer account itself. */
export function removeGrants(realm: Realm) {
  for (const id of Object.keys(realm.kept.value.grants)) endGrant(realm, id, "removed-by-account");
}

/** Who granted what, and how each grant ended; no tokens. */
export function grantRows(realm: Realm) {
  return Object.values(realm.kept.value.grants).map(({ id, userid, endedBy }) => ({
    id,
    userid,
    live: !endedBy,
    endedBy,
  }));
}

/** Every session of every account, with all that the API would tell its owner. */
export function rawSessions(realm: Realm) {
  return realm.kept.value.sessions.map((session) => rawSession(realm, session));
}

function rawSession(realm: Realm, session: Session) {
  return { ...fullRow(realm, session), owner_userid: session.ownerUserid, connected: session.connection !== undefined };
}
