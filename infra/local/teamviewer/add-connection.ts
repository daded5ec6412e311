import { randomInt, randomUUID } from "node:crypto";
import { z } from "zod";
import type { Realm } from "./realm.ts";
import { notFound } from "./refusal.ts";

/** A connection that was: of a session if `session_code` names one, else of a technician who needed none. */
export const newConnection = z.strictObject({
  userid: z.string().regex(/^u\d+$/),
  session_code: z.string().optional(),
  devicename: z.string().optional(),
  start_date: z.iso.datetime({ offset: true }),
  end_date: z.iso.datetime({ offset: true }),
});

/** Puts a connection into the report without waiting for it to take place. */
export function addConnection(realm: Realm, asked: z.infer<typeof newConnection>) {
  const { sessions, connections } = realm.kept.value;
  const session = sessions.find(({ code }) => code === asked.session_code);
  if (asked.session_code && !session) throw notFound("No such session");
  const { connection: _, ...own } = session ?? {};
  connections.push({
    id: randomUUID(),
    ownerUserid: session?.ownerUserid ?? asked.userid,
    userid: asked.userid,
    deviceid: `d${randomInt(100_000_000, 1_000_000_000)}`,
    devicename: asked.devicename,
    startedAtMs: Date.parse(asked.start_date),
    endedAtMs: Date.parse(asked.end_date),
    session: session ? (own as typeof session) : undefined,
  });
  realm.kept.save();
}

/** The account's report is emptied, as its owner can do it. */
export function removeConnections(realm: Realm) {
  realm.kept.value.connections = [];
  realm.kept.save();
}
