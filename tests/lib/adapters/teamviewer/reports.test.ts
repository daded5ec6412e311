import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { makeOutbound } from "../../../../lib/adapters/outbound.ts";
import { makeCallWithAccess } from "../../../../lib/adapters/teamviewer/renewing.ts";
import { makeConnectionReports } from "../../../../lib/adapters/teamviewer/reports.ts";
import type { ConnectionReports, ReportAnswer } from "../../../../lib/sessions/ports.ts";
import { startAnswering } from "../answering.ts";
import { aGrant } from "./a-grant.ts";

const OUR_ID = "0123456789abcdef0123456789abcdef";
const BRUNO = "u7254191";
const [FROM, TO] = [new Date("2026-11-20T00:00:00.000Z"), new Date("2026-11-21T00:00:00.000Z")];
const minute = (number: number) => new Date(FROM.getTime() + number * 60_000).toISOString();
const times = (start: number, end: number) => ({ start_date: minute(start), end_date: minute(end) });
const idsIn = (answer: ReportAnswer) => (answer.outcome === "read" ? answer.connections.map(({ id }) => id) : []);

let grant: Awaited<ReturnType<typeof aGrant>>;
let reports: ConnectionReports;

beforeAll(async () => {
  grant = await aGrant();
  reports = makeConnectionReports(grant.call);
});
afterEach(() => {
  grant.teamviewer.removeConnections();
  grant.teamviewer.clearFaults();
  grant.teamviewer.setRights({ reports: "granted", reportDelaySeconds: 0 });
  grant.askedFor();
});
afterAll(() => grant.teamviewer.close());

describe("Of a session", () => {
  test("its connections are told, with our id, by whom and when", async () => {
    const [code, other] = [await grant.session(OUR_ID), await grant.session()];
    grant.teamviewer.addConnection({ ...times(0, 4), userid: BRUNO, session_code: code });
    grant.teamviewer.addConnection({ ...times(10, 40), userid: BRUNO, session_code: code });
    grant.teamviewer.addConnection({ ...times(10, 40), userid: BRUNO, session_code: other });
    const common = {
      id: expect.any(String),
      ourId: OUR_ID,
      userId: BRUNO,
      userName: "Bruno Agent",
      deviceName: undefined,
    };
    expect(await reports.ofSession(grant.access, code)).toEqual({
      outcome: "read",
      connections: [
        { ...common, startedAt: minute(10), endedAt: minute(40) },
        { ...common, startedAt: minute(0), endedAt: minute(4) },
      ],
      isWhole: true,
    });
    expect(grant.askedFor()).toEqual([{ path: "/api/v1/reports/connections", query: { session_code: code } }]);
  });

  test("that nobody joined, and that TeamViewer does not know, there are none", async () => {
    const none = { outcome: "read", connections: [], isWhole: true };
    expect(await reports.ofSession(grant.access, await grant.session(OUR_ID))).toEqual(none);
    expect(await reports.ofSession(grant.access, "s99-999-999")).toEqual(none);
  });
});

describe("Of a range", () => {
  test("all connections are told that began and ended in it, also those of no session", async () => {
    const code = await grant.session(OUR_ID);
    const userid = "u7254190";
    grant.teamviewer.addConnection({ ...times(0, 4), userid, session_code: code });
    grant.teamviewer.addConnection({ ...times(5, 9), userid, devicename: "PC-9" });
    grant.teamviewer.addConnection({ ...times(-1, 4), userid });
    grant.teamviewer.addConnection({ ...times(5, 24 * 60), userid });
    const answer = await reports.between(grant.access, FROM, TO);
    const connections = answer.outcome === "read" ? answer.connections : [];
    expect(connections.map(({ startedAt, ourId, deviceName }) => [startedAt, ourId, deviceName])).toEqual([
      [minute(5), undefined, "PC-9"],
      [minute(0), OUR_ID, undefined],
    ]);
    expect(grant.askedFor().map(({ query }) => query)).toEqual([
      { from_date: "2026-11-20T00:00:00Z", to_date: "2026-11-21T00:00:00Z" },
    ]);
  });

  test("pages are read one after another, three at most, and what is left is said", async () => {
    const add = (count: number) => {
      for (let number = 0; number < count; number += 1)
        grant.teamviewer.addConnection({ ...times(0, 4), userid: "u7254190" });
    };
    add(2001);
    const whole = await reports.between(grant.access, FROM, TO);
    expect([new Set(idsIn(whole)).size, whole]).toEqual([2001, expect.objectContaining({ isWhole: true })]);
    expect(grant.askedFor()).toHaveLength(3);
    add(1000);
    const part = await reports.between(grant.access, FROM, TO);
    expect([new Set(idsIn(part)).size, part]).toEqual([3000, expect.objectContaining({ isWhole: false })]);
    expect(grant.askedFor()).toHaveLength(3);
  });
});

describe("A refusal", () => {
  test.each([
    ["no-permission", "permission"],
    ["no-licence", "licence"],
  ] as const)("because of %s says what is lacking", async (right, lacking) => {
    grant.teamviewer.setRights({ reports: right });
    expect(await reports.ofSession(grant.access, "s12-345-678")).toEqual({ outcome: "refused", lacking });
    expect(await reports.between(grant.access, FROM, TO)).toEqual({ outcome: "refused", lacking });
  });

  test("because of too many calls is none: it passes", async () => {
    grant.teamviewer.setLimits({ perHour: 0 });
    const refused = reports.ofSession(grant.access, "s12-345-678");
    await expect(refused).rejects.toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 60 });
    grant.teamviewer.setLimits({ perHour: null });
  });

  test.each([
    [{ status: 500 }, "upstream-invalid"],
    [{ status: 503 }, "upstream-unavailable"],
    [{ behaviour: "reset" }, "upstream-invalid"],
  ] as const)("or a failure that says nothing about rights is an error: %j", async (fault, code) => {
    grant.teamviewer.addFault({ path: "/reports/", ...fault });
    await expect(reports.ofSession(grant.access, "s12-345-678")).rejects.toMatchObject({ code });
  });
});

describe("An answer of another shape", () => {
  const record = { id: "r1", start_date: "2026-11-20T10:00:00Z", end_date: "2026-11-20T11:00:00+01:00" };
  let server: Awaited<ReturnType<typeof startAnswering>>;
  beforeAll(async () => {
    server = await startAnswering("teamviewer");
  });
  afterAll(() => server.close());

  const ask = (json: unknown, status = 200) => {
    server.answerWith({ status, json });
    const outbound = makeOutbound([server.url]);
    return makeConnectionReports(makeCallWithAccess({ apiUrl: server.url, outbound }, async (old) => old)).ofSession(
      grant.access,
      "s12-345-678",
    );
  };

  test.each([
    ["nothing of it", {}],
    ["no list", { records: "none" }],
    ["a time that is none", { records: [{ ...record, start_date: "20/11/2026" }] }],
    ["a record without its id", { records: [{ ...record, id: undefined }] }],
  ])("is not believed: %s", async (_, json) => {
    await expect(ask(json)).rejects.toMatchObject({ code: "upstream-invalid" });
  });

  test("with other zones, nulls and unknown fields is understood; what still goes on is no connection yet", async () => {
    const own = { session_code: "s12345678", userid: null, username: null, custom_api: "free text", fee: 3 };
    const records = [
      { ...record, ...own },
      { ...record, ...own, id: "r2", end_date: null },
    ];
    expect(await ask({ records, next_offset: null })).toEqual({
      outcome: "read",
      connections: [
        expect.objectContaining({
          id: "r1",
          startedAt: "2026-11-20T10:00:00.000Z",
          endedAt: "2026-11-20T10:00:00.000Z",
        }),
      ],
      isWhole: true,
    });
  });

  test("with records of other sessions gives a session none of them", async () => {
    const records = [{ ...record, session_code: "s99-999-999" }, record];
    expect(await ask({ records })).toMatchObject({ connections: [] });
  });

  test.each([
    [403, "forbidden", "permission"],
    [400, "Your license does not include this.", "licence"],
    [402, "A Premium licence is needed.", "licence"],
    [400, "The session cannot be created due to license limitations.", "licence"],
  ])("that refuses with %i %s lacks the %s", async (status, error_description, lacking) => {
    expect(await ask({ error: "x", error_description }, status)).toEqual({ outcome: "refused", lacking });
  });
});
