import type { Connection } from "../../../lib/connector/connection.ts";
import type { TokenSet } from "../../../lib/connector/ports.ts";
import { isLive, type Session, sessionSchema } from "../../../lib/sessions/session.ts";
import type { World } from "../../memory/world.ts";
import type { Told } from "./flows.ts";

const countOf = <T>(all: readonly T[], isMeant: (each: T) => boolean) => all.filter(isMeant).length;
const doubled = (all: readonly string[]) => all.filter((each, index) => all.indexOf(each) !== index);

function sessionsIn({ tables }: World): Session[] {
  return tables
    .rows("sessions")
    .flatMap(({ session }) => (typeof session === "string" ? [sessionSchema.parse(JSON.parse(session))] : []));
}

export function connectionsIn({ tables }: World) {
  const rows = tables.rows("connections").filter(({ partitionKey }) => partitionKey === "connection");
  const all = rows.flatMap(({ connection }) =>
    typeof connection === "string" ? [JSON.parse(connection) as Connection] : [],
  );
  const inUse = rows.find(({ rowKey }) => rowKey === "current")?.connectionId;
  return { all, current: all.find(({ id }) => id === inUse) };
}

/** What is broken when all flows have ended, before any timer ran for them. */
export function brokenAtOnce(world: World, told: readonly Told[]): string[] {
  const broken: string[] = [];
  const { sessions } = world.remote;
  for (const ourId of doubled(sessions.map(({ ourId }) => ourId ?? ""))) broken.push(`doubled: sessions of ${ourId}`);
  for (const { wasSpent } of world.grants.refreshes) if (wasSpent) broken.push("a spent refresh token was used");
  for (const token of doubled(world.grants.refreshes.map(({ accessToken }) => accessToken)))
    broken.push(`two token calls for one token set: ${token}`);
  for (const each of told) {
    if (each && (each.status === 500 || each.status === 503)) broken.push(`${each.flow} was told ${each.status}`);
    if (each?.status !== 201) continue;
    const { id, code } = JSON.parse(each.text) as { id: string; code: string };
    if (countOf(sessions, (remote) => remote.ourId === id && remote.code === code) !== 1)
      broken.push("lost: a session that was given out is not at TeamViewer");
  }
  return broken;
}

/** What is broken when the timers have come to rest. */
export async function brokenAtRest(world: World): Promise<string[]> {
  const sessions = sessionsIn(world);
  const { all, current } = connectionsIn(world);
  const broken: string[] = [];

  // Without a connection nothing can be asked of TeamViewer: what is open there waits.
  if (current) {
    for (const { ourId, code, state } of world.remote.sessions) {
      const session = sessions.find(({ id }) => id === ourId);
      const isWanted = session !== undefined && isLive(session) && session.code === code;
      if (isWanted !== (state === "open")) broken.push(`${state} at TeamViewer behind ${session?.state ?? "nothing"}`);
    }
    for (const { rowKey } of world.tables.rows("sessions")) {
      const session = sessions.find(({ id }) => rowKey.startsWith("open~") && rowKey.includes(id));
      if (/^(owed|new)~/.test(rowKey)) broken.push(`${rowKey.slice(0, 4)} is left`);
      if (rowKey.startsWith("open~") && !(session && isLive(session)))
        broken.push("a session that is over is followed");
    }
    for (const { state } of sessions) if (state === "requested") broken.push("stuck: requested");
  }
  for (const { notification, state } of sessions)
    if (notification.state === "queued" && state !== "requested") broken.push(`a notification stays queued (${state})`);
  return [
    ...broken,
    ...notificationsBroken(world, sessions),
    ...grantsBroken(world, all, current),
    ...(await tokensBroken(world, current)),
    ...auditBroken(world),
  ];
}

/** Each session names in its texts the one link that is its own. */
function notificationsBroken(world: World, sessions: readonly Session[]): string[] {
  const links = world.notifications.map(({ text }) => /\/h\/[\w-]{22}/.exec(text)?.[0] ?? "");
  return sessions.flatMap(({ id, notificationCount, notification }) => {
    const link = `/h/${Buffer.from(id, "hex").toString("base64url").slice(0, 21)}`;
    const sent = countOf(links, (each) => each.startsWith(link));
    if (sent > notificationCount) return [`doubled: ${sent} notifications, ${notificationCount} asked for`];
    return sent === 0 && notification.state === "sent" ? ["lost: a notification that was sent"] : [];
  });
}

function grantsBroken({ grants, secrets }: World, all: readonly Connection[], current: Connection | undefined) {
  const broken: string[] = [];
  const expected = current ? 1 : 0;
  if (current && current.status !== "connected") broken.push(`the connection in use is ${current.status}`);
  if (all.length !== expected) broken.push(`${all.length} connections, not ${expected}`);
  if (grants.live().length !== expected) broken.push(`${grants.live().length} live grants, not ${expected}`);
  const names = [...secrets.versions().keys()].filter((name) => name.startsWith("tv-"));
  if (names.length !== expected) broken.push(`${names.length} token sets in the vault, not ${expected}`);
  if (current?.owed?.length) broken.push("the connection owes audit entries");
  return broken;
}

/** The token set that the connection in use points to must be one that can be refreshed. */
async function tokensBroken({ grants, secrets }: World, current: Connection | undefined): Promise<string[]> {
  if (!current) return [];
  const text = await secrets.port.get(current.secretName, current.secretVersion);
  const isAlive = text !== undefined && grants.isAlive(JSON.parse(text) as TokenSet);
  return isAlive ? [] : ["lost: the newest token set is not the one pointed to"];
}

function auditBroken({ tables, now }: World): string[] {
  const name = `audit${now().toISOString().slice(0, 7).replace("-", "")}`;
  const rows = tables.rows(name);
  const keyOf = (row: Record<string, unknown>) => [row.correlationId, row.action, row.sessionId].join(" ");
  const outcomes = rows.filter(({ phase }) => phase === "outcome");
  const ended = outcomes.map(keyOf);
  const begun = rows.filter(({ phase }) => phase === "intent").map(keyOf);
  const open = rows.filter((row) => row.phase === "intent" && !ended.includes(keyOf(row)));
  // A message that comes again is handled again, each time with an intent and an outcome; it succeeds once.
  const countOf = (keys: readonly string[], key: string) => keys.filter((each) => each === key).length;
  const succeeded = outcomes.filter(({ result }) => result === "success").map(keyOf);
  const twice = [
    ...ended.filter((key) => countOf(ended, key) > Math.max(1, countOf(begun, key))),
    ...doubled(succeeded),
  ];
  return [
    ...open.map(({ action }) => `an intent of ${action} has no outcome`),
    ...rows
      .filter((row) => twice.includes(keyOf(row)))
      .map(({ action, result }) => `two outcomes of ${action}, ${result}`),
  ];
}
