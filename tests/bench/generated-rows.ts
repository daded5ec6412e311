import { reverseMs, reverseUs } from "../../lib/adapters/azure/reverse-time.ts";

const DAY_MS = 24 * 60 * 60_000;
/** So many entries a day: a million of them are two years, which is how long an audit is kept. */
const ENTRIES_A_DAY = 1_400;
const SHARDS = 4;
const SESSION_EVERY_MS = 3 * 60_000;
/** Odd, so that it scrambles 32 bits without losing any. */
const SCRAMBLE = 2_654_435_761;

export const DEVICES = 300;
export const PEOPLE = 50;

/** What the oldest entry tells of, and no other. */
export const SELDOM_DONE = "connector.confirm";

export type GeneratedRow = { PartitionKey: string; RowKey: string } & Record<string, unknown>;

export const deviceOf = (number: number) => `d0000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
export const personOf = (number: number) => `10000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
/** The device of the oldest entry, and of no other. */
export const SELDOM_SEEN = deviceOf(999_999);

/** Audit entries at a steady rate back from the day before `now`, made up as they are read. `index` 0 is the newest. */
export function generatedAudit(entries: number, now: Date) {
  const newestDayMs = Math.floor(now.getTime() / DAY_MS) * DAY_MS - DAY_MS;
  const entryAt = (index: number): GeneratedRow => {
    const dayMs = newestDayMs - Math.floor(index / ENTRIES_A_DAY) * DAY_MS;
    const within = index % ENTRIES_A_DAY;
    const shard = within % SHARDS;
    const at = new Date(dayMs + DAY_MS - 1 - Math.floor(((within + 1) / (ENTRIES_A_DAY + 2)) * (DAY_MS - 2)));
    const id = `${reverseUs(at)}-${(index * SHARDS + shard).toString(16).padStart(16, "0")}`;
    const isOldest = index === entries - 1;
    return {
      PartitionKey: `${at.toISOString().slice(0, 10).replaceAll("-", "")}-${shard}`,
      RowKey: id,
      id,
      at: at.toISOString(),
      actorId: personOf(index % PEOPLE),
      actorKind: "person",
      action: isOldest ? SELDOM_DONE : index % 3 === 0 ? "session.close" : "session.request",
      phase: "outcome",
      result: "success",
      deviceId: isOldest ? SELDOM_SEEN : deviceOf((index * 7) % DEVICES),
      sessionId: sessionIdOf(index),
      correlationId: personOf(index % 1000),
    };
  };
  return {
    entryAt,
    oldestDay: newestDayMs - Math.floor((entries - 1) / ENTRIES_A_DAY) * DAY_MS,
    /** The rows of one day and shard in their order. */
    *partition(key: string): Generator<GeneratedRow> {
      const [, date = "", shard = ""] = /^(\d{8})-(\d)$/.exec(key) ?? [];
      const dayMs = Date.parse(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T00:00:00Z`);
      const first = ((newestDayMs - dayMs) / DAY_MS) * ENTRIES_A_DAY;
      if (!(first >= 0)) return;
      for (let within = Number(shard); within < ENTRIES_A_DAY; within += SHARDS) {
        if (first + within >= entries) return;
        yield entryAt(first + within);
      }
    },
    /** The entry with this id. */
    entry: (id: string) => entryAt(Math.floor(Number.parseInt(id.slice(-12), 16) / SHARDS)),
    /** The index rows of a month (`202611`) whose keys begin with the prefix, in their order: found as by a sorted key. */
    *index(month: string, prefix: string): Generator<GeneratedRow> {
      const [, kind = "", encoded = ""] = /^(\w+)~([\w-]+)~/.exec(prefix) ?? [];
      const value = Buffer.from(encoded, "base64url").toString();
      const monthMs = (back: number) => Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)) - back, 1);
      const daysTo = (ms: number) => Math.floor((newestDayMs - ms) / DAY_MS);
      const first = Math.max(0, daysTo(monthMs(0)) + 1) * ENTRIES_A_DAY;
      const end = Math.min(entries, (daysTo(monthMs(1)) + 1) * ENTRIES_A_DAY);
      // Entries of a device come at a steady step, so those between need not be made up to be passed over.
      const isSteady = kind === "device" && value !== SELDOM_SEEN;
      let index = isSteady ? first : Math.max(first, value === SELDOM_SEEN || value === SELDOM_DONE ? entries - 1 : 0);
      while (isSteady && index < end && entryAt(index).deviceId !== value) index += 1;
      for (; index < end; index += isSteady ? DEVICES : 1) {
        const { id, at, action, deviceId } = entryAt(index);
        if (kind === "device" ? deviceId === value : action === value)
          yield { PartitionKey: "by", RowKey: `${prefix}${id}`, at };
      }
    },
  };
}

/** A session's id tells its number: eight digits of it, scrambled. */
export const sessionIdOf = (number: number) =>
  ((BigInt(number) * BigInt(SCRAMBLE)) & 0xffffffffn).toString(16).padStart(8, "0").padEnd(32, "0");

/** Sessions at a steady rate back from `now`. `number` 0 is the newest. */
export function generatedSessions(sessions: number, now: Date) {
  const numbers = new Map<string, number>();
  const requestedAt = (number: number) => new Date(now.getTime() - (number + 1) * SESSION_EVERY_MS);
  for (let number = 0; number < sessions; number += 1) numbers.set(sessionIdOf(number).slice(0, 8), number);
  const tailOf = (number: number) => `${reverseMs(requestedAt(number))}~${sessionIdOf(number)}`;

  const stored = (number: number) => {
    const at = requestedAt(number).toISOString();
    return {
      id: sessionIdOf(number),
      state: number === sessions - 1 ? "failed" : number % 4 === 0 ? "expired" : "closed",
      requestHash: "hash",
      requestedBy: personOf(number % PEOPLE),
      requestedByKind: "person",
      requestedAt: at,
      expiresAt: at,
      leaseUntil: at,
      device: { id: deviceOf((number * 7) % DEVICES), name: "PHONE", platform: "ios", userName: "Ana" },
      matchCode: "4831",
      code: "s12-345-678",
      endCustomerUrl: "https://get.teamviewer.com/s12345678",
      closedAt: at,
      notification: { state: "sent", channel: "companyPortal", at },
      notificationCount: 1,
    };
  };
  return {
    stored,
    /** The session's row, undefined when there is none. */
    row(PartitionKey: string, RowKey: string): GeneratedRow | undefined {
      const number = numbers.get(RowKey.slice(0, 8));
      return number === undefined ? undefined : { PartitionKey, RowKey, session: JSON.stringify(stored(number)) };
    },
    /** The list rows of a kind in their order, from the first after `above` on. */
    *list(kind: string, above: string): Generator<GeneratedRow> {
      const isOfKind = (number: number) =>
        kind === "all" ||
        kind === `device-${deviceOf((number * 7) % DEVICES)}` ||
        kind === `person-${personOf(number % PEOPLE)}`;
      // They come at a steady step, so those between need not be made up to be passed over: a sorted key is found at once.
      const step = kind === "all" ? 1 : kind.startsWith("device-") ? DEVICES : PEOPLE;
      let number = above === "" ? 0 : (numbers.get(above.split("~")[1]?.slice(0, 8) ?? "") ?? -1) + 1;
      while (number < sessions && !isOfKind(number)) number += 1;
      for (; number < sessions; number += step) yield { PartitionKey: "lists", RowKey: `${kind}~${tailOf(number)}` };
    },
  };
}
