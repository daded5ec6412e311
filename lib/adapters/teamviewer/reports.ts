import * as z from "zod";
import type { Access } from "../../connector/access.ts";
import { isAppError } from "../../errors.ts";
import type { ConnectionReports, Lacking, ReportAnswer, ReportedConnection } from "../../sessions/ports.ts";
import { ourIdOf } from "./custom-api.ts";
import { TeamViewerError } from "./refusal.ts";
import type { CallWithAccess } from "./renewing.ts";

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

/** ConnectionReport of TeamViewer's API description, as far as it is used here. One without an end still goes on. */
const recordSchema = z.object({
  id: z.string(),
  userid: z.string().nullish(),
  username: z.string().nullish(),
  devicename: z.string().nullish(),
  start_date: time,
  end_date: time.nullish(),
  session_code: z.string().nullish(),
  custom_api: z.string().nullish(),
});
type ReportRecord = z.infer<typeof recordSchema>;
const pageSchema = z.object({ records: z.array(recordSchema), next_offset: z.string().nullish() });

/** Of 1,000 records each. */
const MOST_PAGES = 3;

/** `GET /reports/connections`: one record for each connection that ended, newest end first. */
export function makeConnectionReports(call: CallWithAccess): ConnectionReports {
  async function read(access: Access, query: Record<string, string>, mostPages: number): Promise<ReportAnswer> {
    const records: ReportRecord[] = [];
    let offset: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const asked = new URLSearchParams({ ...query, ...(offset ? { offset_id: offset } : {}) });
      const answer = await call(access, { path: `/reports/connections?${asked}`, schema: pageSchema });
      records.push(...answer.records);
      offset = answer.next_offset ?? undefined;
      if (!offset) break;
    }
    // Whoever filters badly must not give a session somebody else's connections.
    const { session_code: code } = query;
    const asked = code ? records.filter(({ session_code }) => digitsOf(session_code) === digitsOf(code)) : records;
    return { outcome: "read", connections: asked.flatMap(connectionOf), isWhole: offset === undefined };
  }

  return {
    ofSession: (access, code) => read(access, { session_code: code }, 1).catch(refusal),
    between: (access, from, to) =>
      read(access, { from_date: seconds(from), to_date: seconds(to) }, MOST_PAGES).catch(refusal),
  };
}

function connectionOf(record: ReportRecord): ReportedConnection[] {
  const { id, start_date: startedAt, end_date: endedAt, userid, username, devicename, custom_api } = record;
  if (!endedAt) return [];
  const userId = userid ?? undefined;
  const userName = username ?? undefined;
  return [
    { id, startedAt, endedAt, ourId: ourIdOf(custom_api), userId, userName, deviceName: devicename ?? undefined },
  ];
}

function refusal(error: unknown): ReportAnswer {
  const lacking = lackingIn(error);
  if (lacking) return { outcome: "refused", lacking };
  throw error;
}

/** What a 403 means that is no throttling: the permission, or the licence where its text speaks of one. */
function lackingIn(error: unknown): Lacking | undefined {
  if (isAppError(error, "licence-limit")) return "licence";
  if (!(error instanceof TeamViewerError)) return undefined;
  if (error.isAboutLicence) return "licence";
  return error.status === 403 ? "permission" : undefined;
}

/** `s12-345-678` in the API, `s12345678` in links. */
const digitsOf = (code: string | null | undefined) => (code ?? "").replaceAll("-", "");

const seconds = (at: Date) => `${at.toISOString().slice(0, 19)}Z`;
