import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import { reportCsvOf } from "../../../lib/http/report-export.ts";
import type { ReportAnswer, ReportedConnection } from "../../../lib/sessions/ports.ts";
import { type ReportRow, reportRowSchema } from "../../../lib/sessions/report-row.ts";
import type { Session } from "../../../lib/sessions/session.ts";
import { makeSessionReport } from "../../../lib/sessions/session-report.ts";
import { aHelpdesk, at, MINUTE_MS } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const idOf = (number: number) => String(number).padStart(32, "0");
const joined = [{ startedAt: at(MINUTE_MS), endedAt: at(35 * MINUTE_MS), minutes: 34 }];
const connection = (number: number, changes: Partial<ReportedConnection> = {}): ReportedConnection => ({
  id: `tv-${number}`,
  startedAt: at(number * MINUTE_MS),
  endedAt: at((number + 5) * MINUTE_MS),
  userId: "u9",
  userName: "Chiara Agent",
  deviceName: "PC-9",
  ...changes,
});

/** A report at 12:00 over `sessions`, each requested a minute after the one before, from 10:00 on. */
function reporting(sessions: Partial<Session>[] = [], reported: ReportedConnection[] = []) {
  const desk = aHelpdesk();
  sessions.forEach((changes, index) => {
    desk.sessions.put(aSession({ id: idOf(index), requestedAt: at(index * MINUTE_MS), ...changes }));
  });
  let answer = async (): Promise<ReportAnswer> => ({ outcome: "read", connections: reported, isWhole: true });
  const { between } = desk.ports.reports;
  const asked: { from: Date; to: Date }[] = [];
  desk.ports.reports.between = async (access, from, to) => {
    await between(access, from, to);
    asked.push({ from, to });
    return answer();
  };
  desk.advance(120 * MINUTE_MS);
  const report = makeSessionReport({ ...desk.ports, gate: desk.gate });
  const answering = (next: typeof answer) => {
    answer = next;
  };
  return { ...desk, report, asked, answering };
}

async function all(rows: AsyncIterable<ReportRow>): Promise<ReportRow[]> {
  const found: ReportRow[] = [];
  for await (const row of rows) found.push(reportRowSchema.parse(row));
  return found;
}

describe("A line of the report", () => {
  test("tells who asked, what became of it and who really connected", async () => {
    const times = { answeredAt: at(1000), closedAt: at(36 * MINUTE_MS) };
    const session = { ...times, state: "closed", connections: joined, teamviewerUserId: "u7" } as const;
    const ours = connection(1, { ourId: idOf(0), userId: "u7", userName: "Bruno Agent" });
    const { report } = reporting([session], [ours]);
    const { value } = await report.page({}, { top: 50 });
    expect(value).toEqual([
      {
        id: idOf(0),
        state: "closed",
        requestedBy: aSession().requestedBy,
        device: { id: aSession().device.id, name: "PHONE-ANA" },
        requestedAt: at(0),
        ...times,
        startedAt: joined[0]?.startedAt,
        endedAt: joined[0]?.endedAt,
        connections: 1,
        minutes: 34,
        teamviewerUser: { id: "u7", name: "Bruno Agent" },
      },
    ]);
  });

  test("marks a request that was never joined, not one of which nothing is known yet", async () => {
    const { report } = reporting([{ state: "expired", connections: [] }, { state: "expired" }]);
    const { value } = await report.page({}, { top: 50 });
    expect(value.map(({ neverJoined, connections }) => [neverJoined, connections])).toEqual([
      [undefined, undefined],
      [true, 0],
    ]);
  });

  test("marks a connection that nobody requested here, also one of a session that is not known here", async () => {
    const unknown = connection(2, { ourId: idOf(77) });
    const { report } = reporting([{}], [connection(3), unknown, connection(1, { ourId: idOf(0) })]);
    const [, ...others] = (await report.page({}, { top: 50 })).value;
    expect(others.map(({ id }) => id)).toEqual(["tv-3", "tv-2"]);
    expect(others[0]).toEqual({
      id: "tv-3",
      device: { name: "PC-9" },
      startedAt: at(3 * MINUTE_MS),
      endedAt: at(8 * MINUTE_MS),
      connections: 1,
      minutes: 5,
      teamviewerUser: { id: "u9", name: "Chiara Agent" },
      unrequested: true,
    });
  });
});

describe("The range", () => {
  const requested = (rows: readonly ReportRow[]) => rows.map(({ id }) => id);

  test("holds what was requested since from and before to, newest first", async () => {
    const { report } = reporting([{}, {}, {}, {}, {}], [connection(0), connection(1), connection(2), connection(3)]);
    const { value } = await report.page({ from: at(MINUTE_MS), to: at(3 * MINUTE_MS) }, { top: 50 });
    expect(requested(value)).toEqual([idOf(2), idOf(1), "tv-1", "tv-2"]);
  });

  test("defaults to all that is kept, and asks TeamViewer for no more", async () => {
    const { report, asked, now } = reporting([{}]);
    expect((await report.page({}, { top: 50 })).value).toHaveLength(1);
    expect(asked[0]?.from).toEqual(new Date(now().getTime() - 90 * 24 * 60 * MINUTE_MS));
    await report.page({ from: "2001-01-01" }, { top: 50 });
    expect(asked[1]?.from).toEqual(asked[0]?.from);
  });

  test("that ends before it begins holds nothing", async () => {
    const { report } = reporting([{}], [connection(0)]);
    expect(await report.page({ from: at(MINUTE_MS), to: at(0) }, { top: 50 })).toEqual({ value: [] });
  });

  test.each([1, 2, 3, 4, 5, 60])(
    "is the same in pages of %i as in one go, and TeamViewer is asked once",
    async (top) => {
      const sessions = Array.from({ length: 55 }, () => ({}));
      const { report, asked } = reporting(sessions, [connection(1), connection(2), connection(3)]);
      const paged: ReportRow[] = [];
      let page: string | undefined;
      let pages = 0;
      do {
        const answer = await report.page({}, { top, page });
        expect(answer.value.length).toBeLessThanOrEqual(top);
        paged.push(...answer.value);
        page = answer.nextPage;
        pages += 1;
      } while (page);
      expect(paged).toEqual(await all((await report.all({})).rows));
      expect([paged.length, pages, asked.length]).toEqual([58, Math.ceil(58 / top), 1]);
    },
  );

  test("is looked at anew after a minute", async () => {
    const { report, asked, advance } = reporting();
    await report.page({}, { top: 50 });
    advance(MINUTE_MS);
    await report.page({}, { top: 50 });
    expect(asked).toHaveLength(2);
  });

  test.each(["x", "", "unrequested", "eA"].map((text) => Buffer.from(text).toString("base64url") || "-"))(
    "takes no page that is not ours: %s",
    async (page) => {
      const { report } = reporting([{}]);
      await expect(report.page({}, { top: 1, page })).rejects.toMatchObject({ code: "invalid-request" });
    },
  );
});

describe("What TeamViewer does not tell", () => {
  test.each<[() => Promise<ReportAnswer>, string]>([
    [async () => ({ outcome: "refused", lacking: "permission" }), "view connection entries"],
    [() => Promise.reject(new AppError("upstream-timeout", "slow")), "cannot be read now"],
    [() => Promise.reject(new AppError("connector-not-connected", "no")), "cannot be read now"],
    [async () => ({ outcome: "read", connections: [connection(7)], isWhole: false }), `before ${at(12 * MINUTE_MS)}`],
  ])("is said, and sessions are listed all the same (%#)", async (answer, words) => {
    const { report, answering } = reporting([{ connections: [], teamviewerUserId: "u7" }]);
    answering(answer);
    const { value, incomplete } = await report.page({}, { top: 50 });
    expect(value[0]).toMatchObject({ id: idOf(0), teamviewerUser: { id: "u7" } });
    expect(incomplete).toContain(words);
    expect((await report.all({})).incomplete).toBe(incomplete);
  });
});

test("As CSV, names are no formulas for a spreadsheet", async () => {
  const { report } = reporting([{}], [connection(1, { deviceName: "=HYPERLINK(1)", userName: 'A, "B"' })]);
  const csv = Buffer.from(await reportCsvOf((await report.all({})).rows)).toString();
  const [head, ...lines] = csv.trimEnd().split("\r\n");
  expect(head).toBe(
    "id,state,requestedBy,deviceId,deviceName,requestedAt,answeredAt,closedAt,startedAt,endedAt,connections,minutes,teamviewerUserId,teamviewerUserName,neverJoined,unrequested",
  );
  expect(lines).toEqual([
    `${idOf(0)},open,${aSession().requestedBy},${aSession().device.id},PHONE-ANA,${at(0)},,,,,,,,,,`,
    `tv-1,,,,'=HYPERLINK(1),,,,${at(MINUTE_MS)},${at(6 * MINUTE_MS)},1,5,u9,"A, ""B""",,true`,
  ]);
});
