import { NOTIFICATIONS_PER_HOUR } from "../../../lib/notifications/budget.ts";
import type { NotificationLedger, Reservation } from "../../../lib/notifications/ports.ts";
import { isToBeReported, nextLookAt } from "../../../lib/sessions/looks.ts";
import type { Owed, Pending, ReportLook, SessionStore, StoredSession } from "../../../lib/sessions/ports.ts";
import { isFinal, isLive, type Session } from "../../../lib/sessions/session.ts";

/** Sessions, their outbox and their lists, each change of a session naming its tag. */
export function makeSessionRows(now: () => Date) {
  const rows = new Map<string, StoredSession>();
  const owed: Pending["owed"] = [];
  const unlisted = new Map<string, Date>();
  const open = new Map<string, Date>();
  const listed = new Set<string>();
  const looks: ReportLook[] = [];
  let changes = 0;

  const put = (session: Session): StoredSession => {
    changes += 1;
    const stored = { session: structuredClone(session), etag: `tag-${changes}` };
    rows.set(session.id, stored);
    return structuredClone(stored);
  };
  const isCurrent = ({ session, etag }: StoredSession) => rows.get(session.id)?.etag === etag;
  const owe = (sessionId: string, entries: readonly Owed[]) => {
    for (const each of entries) {
      changes += 1;
      owed.push({ sessionId, rowKey: `owed-${changes}`, owed: structuredClone(each), at: now() });
    }
  };
  /** As `create` does. */
  const begin = (session: Session) => {
    open.set(session.id, now());
    unlisted.set(session.id, now());
    return put(session);
  };

  const port: SessionStore = {
    create: async (session) => (rows.has(session.id) ? undefined : begin(session)),
    find: async (id) => structuredClone(rows.get(id)),
    async update(stored, session, entries = []) {
      if (!isCurrent(stored)) return undefined;
      owe(session.id, entries);
      if (stored.session.notification.state === "queued" && session.notification.state !== "queued")
        for (const each of owed)
          if (each.sessionId === session.id && each.owed?.kind === "notify") each.owed = undefined;
      const dueAt = isToBeReported(stored.session, session) ? nextLookAt(session, now()) : undefined;
      if (dueAt) looks.push({ sessionId: session.id, dueAt });
      return put(session);
    },
    async remove(stored) {
      if (isCurrent(stored)) for (const place of [rows, open, unlisted]) place.delete(stored.session.id);
    },
    async *ids({ deviceId, requestedBy }, after) {
      const order = (session: { requestedAt: string; id: string }) => `${session.requestedAt} ${session.id}`;
      const sorted = [...rows.values()].map(({ session }) => session).sort((a, b) => order(b).localeCompare(order(a)));
      const isAsked = (session: Session) =>
        deviceId ? session.device.id === deviceId : !requestedBy || session.requestedBy === requestedBy;
      for (const session of sorted) if (isAsked(session) && (!after || order(session) < order(after))) yield session.id;
    },
    pending: async () => {
      const entries = (from: Map<string, Date>) => [...from].map(([sessionId, at]) => ({ sessionId, at }));
      // As the store does: a live session tells until when the clock alone does not move it on.
      const quietUntil = (id: string) => {
        const session = rows.get(id)?.session;
        return session && isLive(session) && !session.closeDue ? new Date(session.expiresAt) : undefined;
      };
      const followed = entries(open).map((each) => {
        const session = rows.get(each.sessionId)?.session;
        const isOver = session !== undefined && isFinal(session) && !session.closeDue;
        const isJoined = session?.state === "inProgress";
        return { ...each, quietUntil: quietUntil(each.sessionId), isJoined, isOver };
      });
      const listings = entries(unlisted).map(({ sessionId, at }) => {
        const { requestedBy = "", device } = rows.get(sessionId)?.session ?? {};
        return { sessionId, requestedAt: at.toISOString(), requestedBy, deviceId: device?.id ?? "" };
      });
      return { owed: [...owed], unlisted: listings, open: followed };
    },
    async putInLists(listings) {
      for (const { sessionId } of listings) {
        unlisted.delete(sessionId);
        listed.add(sessionId);
      }
    },
    dropUnlisted: async (sessionId) => void unlisted.delete(sessionId),
    async settle(done) {
      for (const { rowKey } of done) {
        const index = owed.findIndex((each) => each.rowKey === rowKey);
        if (index >= 0) owed.splice(index, 1);
      }
    },
    dueLooks: async (until, top) =>
      looks
        .filter(({ dueAt }) => dueAt <= until)
        .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
        .slice(0, top),
    async settleLook(look, nextAt) {
      const index = looks.findIndex((each) => each.sessionId === look.sessionId && +each.dueAt === +look.dueAt);
      if (index < 0) return;
      looks.splice(index, 1, ...(nextAt ? [{ ...look, dueAt: nextAt }] : []));
    },
    async settleOpen(sessionIds) {
      for (const sessionId of sessionIds) open.delete(sessionId);
    },
    async dropBefore(before, beforeDrop) {
      for (const { session } of [...rows.values()]) {
        if (session.requestedAt >= before.toISOString()) continue;
        await beforeDrop(session);
        rows.delete(session.id);
      }
    },
  };

  return {
    port,
    put,
    begin,
    owe,
    owed,
    unlisted,
    open,
    listed,
    looks,
    get: (id: string) => structuredClone(rows.get(id)?.session),
    all: () => structuredClone([...rows.values()].map(({ session }) => session)),
    delete: (id: string) => rows.delete(id),
    /** What somebody else does meanwhile. */
    touch(id: string, change: Partial<Session> = {}) {
      const held = rows.get(id);
      if (held) put({ ...held.session, ...change });
    },
  };
}

export function makeLedgerRows(now: () => Date) {
  const budgets = new Map<string, { times: Date[]; etag: string }>();
  const reservations = new Map<string, Reservation>();
  const forgotten: string[] = [];
  let changes = 0;
  const tag = () => {
    changes += 1;
    return `ledger-${changes}`;
  };
  const keyOf = (deviceId: string, notifyKey: string) => `${deviceId} ${notifyKey}`;

  const port: NotificationLedger = {
    sentTimes: async (deviceId) => {
      const budget = budgets.get(deviceId);
      return { times: [...(budget?.times ?? [])], etag: budget?.etag };
    },
    look: async (deviceId, notifyKeys) => ({
      budget: await port.sentTimes(deviceId),
      reservations: new Map(
        notifyKeys.flatMap((key) => {
          const reservation = reservations.get(keyOf(deviceId, key));
          return reservation ? [[key, reservation] as const] : [];
        }),
      ),
    }),
    async reserve({ deviceId, notifyKey, at, budget, previous }) {
      const key = keyOf(deviceId, notifyKey);
      const isFirst = budgets.get(deviceId)?.etag === budget.etag && reservations.get(key)?.etag === previous?.etag;
      if (!isFirst) return undefined;
      budgets.set(deviceId, { times: [...budget.times, at], etag: tag() });
      const reservation: Reservation = { state: "sending", etag: tag(), at };
      reservations.set(key, reservation);
      return reservation;
    },
    async mark(deviceId, notifyKey, { etag, at }, state) {
      const key = keyOf(deviceId, notifyKey);
      if (reservations.get(key)?.etag === etag) reservations.set(key, { state, etag: tag(), at });
    },
    forget: async (deviceId, notifyKeys) => void forgotten.push(...notifyKeys.map((key) => keyOf(deviceId, key))),
  };
  return {
    port,
    forgotten,
    states: () => [...reservations.values()].map(({ state }) => state),
    reservation: (deviceId: string, notifyKey: string) => reservations.get(keyOf(deviceId, notifyKey)),
    reserve: (deviceId: string, notifyKey: string, state: Reservation["state"], at: Date) =>
      void reservations.set(keyOf(deviceId, notifyKey), { state, etag: tag(), at }),
    times: (deviceId: string) => budgets.get(deviceId)?.times ?? [],
    setTimes: (deviceId: string, times: Date[]) => void budgets.set(deviceId, { times, etag: tag() }),
    /** The device's hourly budget is used up, by notifications a minute apart, the last one a minute ago. */
    useUp(deviceId: string) {
      const minutesAgo = (minutes: number) => new Date(now().getTime() - minutes * 60_000);
      const times = Array.from({ length: NOTIFICATIONS_PER_HOUR }, (_, index) => minutesAgo(index + 1)).reverse();
      budgets.set(deviceId, { times, etag: tag() });
    },
  };
}
