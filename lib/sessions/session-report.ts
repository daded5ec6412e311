import { pageNotOurs } from "../errors.ts";
import { type Range, sessionsBetween } from "./between.ts";
import { makeLiveReport } from "./live-report.ts";
import { type ReportRow, rowOfSession } from "./report-row.ts";
import type { Session } from "./session.ts";

type Deps = Parameters<typeof makeLiveReport>[0] & {
  sessions: Parameters<typeof sessionsBetween>[0];
  sessionRetentionDays: number;
};

type Asked = { from?: string | undefined; to?: string | undefined };
type Paging = { top: number; page?: string | undefined };
type Page = { value: ReportRow[]; nextPage?: string; incomplete?: string };

/** Where a page begins: after a session, or at a place among the connections that nobody requested. */
type Position = { after: { requestedAt: string; id: string } | undefined } | { place: number };

const DAY_MS = 24 * 60 * 60_000;

/**
 * Sessions of a range with what TeamViewer reports of them, newest first; then the connections that nobody requested here.
 * The range defaults to all that is kept.
 */
export function makeSessionReport(deps: Deps) {
  const { sessions, now, sessionRetentionDays } = deps;
  const live = makeLiveReport(deps);

  const rangeOf = ({ from, to }: Asked): Range => {
    const oldest = new Date(now().getTime() - sessionRetentionDays * DAY_MS);
    const asked = { from: from ? new Date(from) : oldest, to: to ? new Date(to) : now() };
    return { from: asked.from > oldest ? asked.from : oldest, to: asked.to < now() ? asked.to : justAfter(now()) };
  };
  const look = (asked: Asked) => {
    const range = rangeOf(asked);
    return { range, report: live(range, `${asked.from} ${asked.to}`) };
  };

  return {
    /** The whole range, one row after another; `incomplete` says beforehand what will be missing. */
    async all(asked: Asked): Promise<{ rows: AsyncIterable<ReportRow>; incomplete: string | undefined }> {
      const { range, report } = look(asked);
      const { incomplete, nameOf, unrequested } = await report;
      async function* rows() {
        for await (const session of sessionsBetween(sessions, range)) yield rowOfSession(session, nameOf);
        yield* await unrequested();
      }
      return { rows: rows(), incomplete };
    },

    async page(asked: Asked, { top, page }: Paging): Promise<Page> {
      const start: Position = page ? positionOf(page) : { after: undefined };
      const { range, report } = look(asked);
      const { incomplete, nameOf, unrequested } = await report;
      const told = incomplete ? { incomplete } : {};

      const found: Session[] = [];
      if ("after" in start)
        for await (const session of sessionsBetween(sessions, range, start.after)) {
          found.push(session);
          if (found.length > top) break;
        }
      const value = found.slice(0, top).map((session) => rowOfSession(session, nameOf));
      const last = found[top - 1];
      if (found.length > top && last) return { value, nextPage: pageAfter(last), ...told };

      const place = "place" in start ? start.place : 0;
      const others = await unrequested();
      value.push(...others.slice(place, place + top - value.length));
      const next = place + value.length - found.length;
      return { value, ...(next < others.length ? { nextPage: pageAt(next) } : {}), ...told };
    },
  };
}

const justAfter = (at: Date) => new Date(at.getTime() + 1);

const pageAfter = ({ requestedAt, id }: Session) => encoded(`${requestedAt} ${id}`);
const pageAt = (place: number) => encoded(`unrequested ${place}`);
const encoded = (text: string) => Buffer.from(text).toString("base64url");

function positionOf(page: string): Position {
  const text = Buffer.from(page, "base64url").toString();
  const place = /^unrequested (\d{1,6})$/.exec(text)?.[1];
  if (place !== undefined) return { place: Number(place) };
  const [, requestedAt, id] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f]{32})$/.exec(text) ?? [];
  if (requestedAt && id && !Number.isNaN(Date.parse(requestedAt))) return { after: { requestedAt, id } };
  throw pageNotOurs();
}
