import type { StandInAnswer, StandInRequest } from "../stand-in.ts";
import type { Account } from "./accounts.ts";
import type { ApiRoute } from "./api-routes.ts";
import { resolveGroup } from "./groups.ts";
import { addSession, requireColleague } from "./new-session.ts";
import { parseBody } from "./parse-body.ts";
import type { Realm } from "./realm.ts";
import { badRequest, notFound } from "./refusal.ts";
import { newSession, sessionChange } from "./session-fields.ts";
import { closeSession, reopenSession } from "./session-life.ts";
import { createdRow, fullRow, shortRow } from "./session-rows.ts";
import type { Session } from "./state.ts";

const PAGE_SIZE = 1000;

/** `/sessions` of the Web API with a user-level token: an account sees and changes its own sessions. */
export function sessionCalls(realm: Realm): ApiRoute[] {
  return [
    {
      method: "POST",
      path: "/sessions",
      answer: (request, { account }) => {
        const session = addSession(realm, account, parseBody(newSession, request));
        // 200 with a Location, as the service does it.
        const headers = { location: `${realm.origin}/api/v1/sessions/${session.code}` };
        return { status: 200, headers, json: createdRow(realm, session) };
      },
    },
    {
      method: "GET",
      path: "/sessions",
      query: ["groupid", "assigned_userid", "state", "full_list", "offset"],
      answer: ({ query }, { account }) => listSessions(realm, account, query),
    },
    {
      method: "GET",
      path: "/sessions/:code",
      answer: (request, { account }) => ({ status: 200, json: fullRow(realm, findSession(realm, account, request)) }),
    },
    {
      method: "PUT",
      path: "/sessions/:code",
      answer: (request, { account }) => {
        changeSession(realm, account, findSession(realm, account, request), request);
        return { status: 204 };
      },
    },
    {
      method: "DELETE",
      path: "/sessions/:code",
      answer: (request, { account }) => {
        const session = findSession(realm, account, request);
        realm.kept.value.sessions = realm.kept.value.sessions.filter((other) => other !== session);
        realm.kept.save();
        return { status: 204 };
      },
    },
  ];
}

/** Newest first, at most 1000; `next_offset` is the code the next page starts with. */
function listSessions(realm: Realm, account: Account, query: URLSearchParams): StandInAnswer {
  const states = (query.get("state") ?? "open").toLowerCase().split(",");
  if (states.some((state) => state !== "open" && state !== "closed")) throw badRequest("Bad parameter state");
  const toRow = query.get("full_list") === "true" ? fullRow : shortRow;
  const own = realm.kept.value.sessions.filter((session) => session.ownerUserid === account.userid);
  const offset = query.get("offset");
  const first = own.find((session) => session.code === offset);
  if (offset !== null && !first) throw badRequest("Bad parameter offset");

  const matching = own
    .filter((session) => states.includes(session.state.toLowerCase()))
    .filter((session) => session.groupid === (query.get("groupid") ?? session.groupid))
    .filter((session) => session.assignedUserid === (query.get("assigned_userid") ?? session.assignedUserid))
    .filter((session) => session.number <= (first?.number ?? Number.POSITIVE_INFINITY))
    .sort((left, right) => right.number - left.number);
  const sessions = matching.slice(0, PAGE_SIZE).map((session) => toRow(realm, session));
  const next = matching[PAGE_SIZE];
  const more = next ? { sessions_remaining: matching.length - PAGE_SIZE, next_offset: next.code } : {};
  return { status: 200, json: { sessions, ...more } };
}

function findSession(realm: Realm, account: Account, { params }: StandInRequest): Session {
  const own = realm.kept.value.sessions.filter((session) => session.ownerUserid === account.userid);
  const session = own.find(({ code }) => code === params.code);
  if (!session) throw notFound("No such session");
  return session;
}

function changeSession(realm: Realm, account: Account, session: Session, request: StandInRequest) {
  const change = parseBody(sessionChange, request);
  if (change.assigned_userid !== undefined) requireColleague(account, change.assigned_userid);
  const group = resolveGroup(realm, account, change);
  session.groupid = group?.id ?? session.groupid;
  session.description = change.description ?? session.description;
  session.waitingMessage = change.waiting_message ?? session.waitingMessage;
  session.endCustomer = change.end_customer ?? session.endCustomer;
  session.customApi = change.custom_api ?? session.customApi;
  if (change.assigned_userid !== undefined) {
    session.assignedUserid = change.assigned_userid;
    session.assignedAtMs = realm.now().getTime();
  }
  if (change.state === "closed") closeSession(realm, session);
  if (change.state === "open") reopenSession(realm, session);
  realm.kept.save();
}
