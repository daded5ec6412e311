import { z } from "zod";
import type { StandInAnswer, StandInRequest } from "../stand-in.ts";
import { type Account, accountOf } from "./accounts.ts";
import type { ApiRoute } from "./api-routes.ts";
import { parseBody } from "./parse-body.ts";
import { isoSeconds, type Realm } from "./realm.ts";
import { badRequest, notFound } from "./refusal.ts";
import { requireRight } from "./rights.ts";
import type { ConnectionRecord, Session } from "./state.ts";

const PAGE_SIZE = 1000;
const recordChange = z.strictObject({
  billing_state: z.enum(["Bill", "Billed", "DoNotBill"]).optional(),
  notes: z.string().optional(),
});

/** The connection report: one record for each connection that ended, 0..n for a session. Needs its permission and licence. */
export function reportCalls(realm: Realm): ApiRoute[] {
  return [
    {
      method: "GET",
      path: "/reports/connections",
      query: ["userid", "groupid", "from_date", "to_date", "offset_id", "has_code", "session_code"],
      answer: ({ query }, { account }) => {
        requireRight(realm, "reports");
        return listRecords(realm, account, query);
      },
    },
    {
      method: "GET",
      path: "/reports/connections/:id",
      answer: (request, { account }) => ({ status: 200, json: recordRow(realm, findRecord(realm, account, request)) }),
    },
    {
      method: "PUT",
      path: "/reports/connections/:id",
      answer: (request, { account }) => {
        const record = findRecord(realm, account, request);
        const change = parseBody(recordChange, request);
        record.billingState = change.billing_state ?? record.billingState;
        record.notes = change.notes ?? record.notes;
        realm.kept.save();
        return { status: 204 };
      },
    },
  ];
}

/** Newest end first, at most 1000. */
function listRecords(realm: Realm, account: Account, query: URLSearchParams): StandInAnswer {
  const fromMs = timeOf(query, "from_date") ?? Number.NEGATIVE_INFINITY;
  const toMs = timeOf(query, "to_date") ?? Number.POSITIVE_INFINITY;
  const matching = recordsOf(realm, account)
    .filter(({ startedAtMs, endedAtMs }) => startedAtMs >= fromMs && endedAtMs < toMs)
    .filter(({ session }) => session?.code === (query.get("session_code") ?? session?.code))
    .filter(({ session }) => session?.groupid === (query.get("groupid") ?? session?.groupid))
    .filter(({ userid }) => userid === (query.get("userid") ?? userid))
    .filter(
      ({ session }) => String(session !== undefined) === (query.get("has_code") ?? String(session !== undefined)),
    );
  const offsetId = query.get("offset_id");
  const start = offsetId === null ? 0 : matching.findIndex(({ id }) => id === offsetId);
  if (start < 0) throw badRequest("Bad parameter offset_id");
  const records = matching.slice(start, start + PAGE_SIZE).map((record) => recordRow(realm, record));
  const next = matching[start + PAGE_SIZE];
  const more = next ? { records_remaining: matching.length - start - PAGE_SIZE, next_offset: next.id } : {};
  return { status: 200, json: { records, ...more } };
}

function recordsOf(realm: Realm, { userid }: Account): ConnectionRecord[] {
  const reportedUntilMs = realm.now().getTime() - realm.rights.reportDelaySeconds * 1000;
  return realm.kept.value.connections
    .filter(({ ownerUserid, endedAtMs }) => ownerUserid === userid && endedAtMs <= reportedUntilMs)
    .toReversed()
    .sort((left, right) => right.endedAtMs - left.endedAtMs);
}

function findRecord(realm: Realm, account: Account, { params }: StandInRequest): ConnectionRecord {
  const record = recordsOf(realm, account).find(({ id }) => id === params.id);
  if (!record) throw notFound("No such connection");
  return record;
}

function recordRow(realm: Realm, record: ConnectionRecord) {
  const { id, userid, deviceid, devicename, startedAtMs, endedAtMs, session, billingState, notes } = record;
  return {
    id,
    userid,
    username: accountOf(userid)?.name,
    deviceid,
    devicename,
    // 1 RemoteConnection, 2 RemoteSupportActive
    support_session_type: session?.supportSessionType === "Pilot" ? 2 : 1,
    start_date: isoSeconds(startedAtMs),
    end_date: isoSeconds(endedAtMs),
    fee: 0,
    currency: "EUR",
    billing_state: billingState ?? "Bill",
    notes: notes ?? "",
    ...(session ? sessionFields(realm, session) : {}),
  };
}

function sessionFields(realm: Realm, session: Session) {
  return {
    groupid: session.groupid,
    groupname: realm.kept.value.groups.find((group) => group.id === session.groupid)?.name,
    session_code: session.code,
    session_created_at: isoSeconds(session.createdAtMs),
    valid_until: isoSeconds(session.validUntilMs),
    assigned_userid: session.assignedUserid,
    assigned_at: isoSeconds(session.assignedAtMs),
    custom_api: session.customApi,
    end_customer: session.endCustomer,
  };
}

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!z.iso.datetime({ offset: true }).safeParse(text).success) throw badRequest(`Bad parameter ${name}`);
  return Date.parse(text);
}
