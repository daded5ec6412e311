import { Webhook } from "standardwebhooks";
import type { Principal } from "../../../../lib/access/principal.ts";
import { makeRecordStore } from "../../../../lib/adapters/azure/record-store.ts";
import { makeSourceStore } from "../../../../lib/adapters/azure/source-store.ts";
import type { AuditEntry } from "../../../../lib/audit/entry.ts";
import { makeAudit } from "../../../../lib/audit/record.ts";
import type { Device } from "../../../../lib/devices/device.ts";
import { sessionIdOf } from "../../../../lib/sessions/id.ts";
import type { Session } from "../../../../lib/sessions/session.ts";
import { makeKnownSources } from "../../../../lib/webhooks/inbound/known-sources.ts";
import { messageSchema } from "../../../../lib/webhooks/inbound/message.ts";
import type { SourceView } from "../../../../lib/webhooks/inbound/source.ts";
import { makeInbound } from "../../../../lib/webhooks/inbound/use-cases.ts";
import { makeJournal } from "../../../memory/journal.ts";
import { makeMemoryTables } from "../../../memory/table.ts";
import { aSession } from "../../sessions/a-session.ts";
import { ADA, START } from "../in-memory.ts";
import { makeNewEventId, makeStoredSecrets } from "../stored.ts";

export type Registered = SourceView & { secret: string };
type Sending = {
  id?: string;
  aheadSeconds?: number;
  change?: Partial<Record<"id" | "timestamp" | "signatures", string>>;
};

/** All that can be done with sources, over stores in memory; sessions are made here, and what is done to them is written down. */
export function aDesk() {
  const state = { nowMs: Date.parse(START), made: 0 };
  const now = () => new Date(state.nowMs);
  const newText = () => {
    state.made += 1;
    return String(state.made).padStart(12, "0");
  };
  const journal = makeJournal();
  const tables = makeMemoryTables();
  const store = journal.kept("store", makeSourceStore(tables.open("inbound")));
  const records = journal.kept("records", makeRecordStore(tables.open("inbound")));
  const { names, ...secrets } = makeStoredSecrets();
  const vault = journal.kept("vault", secrets);
  const entries: AuditEntry[] = [];
  const auditLog = {
    append: async (entry: AuditEntry) => entries.push(entry) > 0,
    read: async function* () {
      yield* entries;
    },
    missing: async () => [],
    dropBefore: async () => undefined,
  };
  const sessions = new Map<string, Session>();
  const devices: Device[] = [];
  const done: string[] = [];
  const admitted: string[] = [];
  const known = makeKnownSources({ store, now });
  const changed = (id: string, change: Partial<Session>): Session => {
    const session = { ...aSession(), ...sessions.get(id), ...change };
    sessions.set(id, session);
    return session;
  };

  const inbound = makeInbound({
    ports: {
      store,
      records,
      vault,
      newSecret: () => `whsec_${Buffer.from(newText().padStart(32, "s")).toString("base64")}`,
    },
    known,
    devices: {
      search: async ({ text, top }) => {
        const found = devices.filter(({ name, serialNumber }) =>
          `${name} ${serialNumber}`.toLowerCase().includes(text.toLowerCase()),
        );
        return { devices: found.slice(0, top), nextPage: undefined };
      },
    },
    sessions: {
      find: async (id) => sessions.get(id),
      async request(principal, { deviceId, ...said }, key, correlationId) {
        const id = sessionIdOf(principal, key);
        done.push(`request ${principal.kind} ${principal.id} ${deviceId} ${key} ${correlationId}`);
        const { notify: _, ...texts } = said;
        const requestedAt = now().toISOString();
        const session = sessions.get(id) ?? changed(id, { id, requestedBy: principal.id, requestedAt, ...texts });
        return { session, supporterUrl: "https://supporter.example" };
      },
      async close(actor, id, correlationId) {
        done.push(`close ${actor.kind} ${actor.id} ${id} ${correlationId}`);
        return changed(id, { state: "closed" });
      },
      async setTicket(actor, id, ticket, correlationId) {
        done.push(`ticket ${actor.kind} ${actor.id} ${id} ${ticket} ${correlationId}`);
        return changed(id, { ticket });
      },
    },
    admit: ({ id }: Principal, startKey?: string) =>
      void admitted.push(startKey === undefined ? id : `${id} ${startKey}`),
    audit: makeAudit({ auditLog, now, newAuditId: makeNewEventId() }),
    now,
    newId: () => `0d000000-0000-4000-8000-${newText()}`,
    sessionRetentionDays: 90,
  });

  return {
    journal,
    tables,
    store,
    records,
    vault,
    known,
    inbound,
    sessions,
    devices,
    done,
    admitted,
    entries,
    now,
    /** Names of the secrets that are there. */
    secretNames: names,
    advance(ms: number) {
      state.nowMs += ms;
    },
    later: (ms: number) => new Date(state.nowMs + ms).toISOString(),
    session: (change: Partial<Session>) => changed(change.id ?? aSession().id, change),
    register: (change: Record<string, unknown> = {}): Promise<Registered> =>
      inbound.create(ADA, { name: "tickets", rights: ["request", "close", "ticket"], ...change }, "c-1"),
    /** A message of a source, as it comes in. */
    send(
      { name, secret }: Pick<Registered, "name" | "secret">,
      message: unknown,
      { id = `msg_${newText()}`, aheadSeconds = 0, change = {} }: Sending = {},
    ) {
      const text = JSON.stringify(message);
      const at = new Date(state.nowMs + aheadSeconds * 1000);
      const signatures = new Webhook(secret).sign(id, at, text);
      const timestamp = String(Math.floor(at.getTime() / 1000));
      const signed = { id, timestamp, signatures, body: new TextEncoder().encode(text), ...change };
      const read = (prepare: (json: unknown) => unknown) => messageSchema.parse(prepare(JSON.parse(text)));
      return inbound.receive({ sourceName: name, signed, read }, "c-2");
    },
    /** The audit in short: action, phase, result, reason. */
    lines: () =>
      entries.map(({ action, phase, result, reason }) => [action, phase, result, reason].filter(Boolean).join(" ")),
  };
}
