import { setTimeout as delay } from "node:timers/promises";
import { principals } from "../../infra/local/principals.ts";
import type { Principal } from "../../lib/access/principal.ts";
import { makeAuditIndex } from "../../lib/adapters/azure/audit-index.ts";
import { makeNewAuditId, makeTableAuditLog } from "../../lib/adapters/azure/audit-log.ts";
import { makeConnectionStore } from "../../lib/adapters/azure/connection-store.ts";
import { makeConsentStore } from "../../lib/adapters/azure/consent-store.ts";
import { makeDeliveryStore } from "../../lib/adapters/azure/delivery-store.ts";
import { makeEntryIds } from "../../lib/adapters/azure/entry-ids.ts";
import { makeLease, type Pace } from "../../lib/adapters/azure/lease.ts";
import { makeNotificationLedger } from "../../lib/adapters/azure/notification-ledger.ts";
import { makePeopleStore } from "../../lib/adapters/azure/people-store.ts";
import { makeRecordStore } from "../../lib/adapters/azure/record-store.ts";
import { makeReplacePerson } from "../../lib/adapters/azure/replace-person.ts";
import { makeAnswerTokens, makeSeal } from "../../lib/adapters/azure/seal.ts";
import { makeLateEntries, makeSealProgress, notingLateEntries } from "../../lib/adapters/azure/sealing-notes.ts";
import { makeDeployedSecret, type Secrets } from "../../lib/adapters/azure/secrets.ts";
import { makeSessionStore } from "../../lib/adapters/azure/session-store.ts";
import { makeSourceStore } from "../../lib/adapters/azure/source-store.ts";
import type { Row, Table } from "../../lib/adapters/azure/table.ts";
import { makeTokenVault } from "../../lib/adapters/azure/token-vault.ts";
import { makeWebhookStore } from "../../lib/adapters/azure/webhook-store.ts";
import { makeWebhookVault } from "../../lib/adapters/azure/webhook-vault.ts";
import type { Outside } from "../../lib/adapters/outside.ts";
import { signWebhook } from "../../lib/adapters/webhook-signature.ts";
import type { TeamViewerAccess } from "../../lib/connector/access.ts";
import type { Seal } from "../../lib/connector/ports.ts";
import { AppError } from "../../lib/errors.ts";
import { builtPortal } from "./built-portal.ts";
import type { Step, World } from "./world.ts";

type Deps = {
  world: World;
  step: Step;
  /** How long waiting takes: without one, it takes as long as in the product. */
  pace?: Pace | undefined;
  /** Without one, the product's own, whose cryptography runs beside everything else. */
  seal?: Seal | undefined;
};

/** The product's outside as one process has it: its real stores over tables in memory, everything else in memory. */
export function makeMemoryOutside({ world, step, pace, seal }: Deps): Outside {
  const { now, newId } = world;
  const tables = (name: string) => steppedTable(world.tables.open(name), name, step);
  const secrets = stepped("vault", world.secrets.port, step) satisfies Secrets;
  // The deployed secrets are kept in memory by each process: reading them is no part of any race.
  const stateKey = makeDeployedSecret(world.secrets.port, "state-key", now);
  const connections = makeConnectionStore(tables("connections"));

  return {
    newId,
    watch: () => ({ run: (work) => work(), end: () => ({ durationMs: 0, calls: [] }) }),
    pause: pace?.pause ?? ((ms) => delay(ms, undefined, { ref: false })),
    randomText: () => world.newText().padStart(43, "r"),
    newMatchCode: () => "4831",
    newAuditId: makeNewAuditId(world.newHex),
    authenticate: async (authorization) => authenticate(authorization),
    intuneActionsOf: async () => ["*"],
    auditLog: notingLateEntries(makeTableAuditLog(tables), tables("seals"), now),
    sealing: {
      index: makeAuditIndex(tables),
      chain: { ...world.sealing.chain, ...stepped("seals", chainCalls(world), step) },
      keys: stepped("keys", world.sealing.keys, step),
      people: makePeopleStore(tables("people")),
      ids: makeEntryIds(tables),
      late: makeLateEntries(tables("seals")),
      progress: makeSealProgress(tables("seals")),
      replacePerson: makeReplacePerson({ table: tables, now, auditRetentionMonths: 24 }),
    },
    connections,
    consents: makeConsentStore(tables("consents")),
    sessions: makeSessionStore({ table: tables("sessions"), now }),
    ledger: makeNotificationLedger(tables("notifications")),
    queue: stepped(
      "queue",
      {
        send: async (message) => void world.queue.push(message),
        sendToPoison: async (raw) => void world.poison.push(raw),
      } satisfies Outside["queue"],
      step,
    ),
    lease: makeLease({ table: tables("connections"), newId, ...(pace ? { pace } : {}) }),
    seal: seal ?? makeSeal({ stateKey, now }),
    answerTokens: makeAnswerTokens({ stateKey }),
    vault: makeTokenVault(secrets),
    devices: stepped(
      "intune",
      {
        find: async (id) => world.devices.get(id),
        search: async ({ text, top }) => {
          const found = [...world.devices.values()].filter(({ name }) => name.includes(text));
          return { devices: found.slice(0, top), nextPage: undefined };
        },
        languageOf: async () => undefined,
      } satisfies Outside["devices"],
      step,
    ),
    permissionsHeld: async () => undefined,
    senders: {
      companyPortal: stepped(
        "portal",
        {
          async send(notification) {
            world.notifications.push(notification);
            return { state: "sent" };
          },
        } satisfies Outside["senders"]["companyPortal"],
        step,
      ),
      teams: undefined,
      email: undefined,
    },
    names: { nameOf: async () => undefined },
    portalFiles: async () => builtPortal,
    grants: { ...stepped("grants", world.grants.port, step), authorizeUrl: world.grants.port.authorizeUrl },
    // Nobody registers a webhook here, so these are no steps.
    webhooks: {
      store: makeWebhookStore(world.tables.open("webhooks")),
      deliveries: makeDeliveryStore(world.tables.open("deliveries")),
      queue: { send: async () => undefined, sendToPoison: async () => undefined },
      vault: makeWebhookVault(world.secrets.port),
      callTarget: async () => ({ outcome: "unreachable", durationMs: 0 }),
      sign: signWebhook,
      newSecret: () => "whsec_AAAA",
      random: () => 0,
    },
    inbound: {
      store: makeSourceStore(tables("inbound")),
      records: makeRecordStore(tables("inbound")),
      vault: makeWebhookVault(secrets),
      newSecret: () => `whsec_${Buffer.from(world.newText().padStart(32, "s")).toString("base64")}`,
    },
    // Nothing is reported here, and nobody looked up, so these are no steps.
    teamviewerWith: (access: Pick<TeamViewerAccess, "renew">) => ({
      remote: world.remote.remoteWith(access, (work) => step("teamviewer", work)),
      reports: { ofSession: nothingReported, between: nothingReported },
      users: { idOf: async () => ({ outcome: "found", userId: undefined }) },
    }),
    checksWith: () => ({ storage: () => connections.read() }),
  };
}

const nothingReported = async () => ({ outcome: "read" as const, connections: [], isWhole: true });

/** Those of the chain that answer once: the others are read as they are needed. */
const chainCalls = ({ sealing: { chain } }: World) => ({ tail: chain.tail, append: chain.append });

function authenticate(authorization: string | null): Principal {
  const found = principals[Number(/^Bearer memory-(\d+)$/.exec(authorization ?? "")?.[1] ?? -1)];
  if (!found) throw new AppError("unauthenticated", "Send an access token of this API.");
  const { id, kind, roles } = found;
  return { id, kind, roles, clientId: "client" };
}

/** Each call of a port as a step. */
function stepped<Port extends Record<string, (...given: never[]) => unknown>>(
  name: string,
  port: Port,
  step: Step,
): Port {
  const entries = Object.entries(port).map(([key, call]) => [
    key,
    (...given: never[]) => step(`${name}.${key}`, async () => call(...given)),
  ]);
  return Object.fromEntries(entries) as Port;
}

function steppedTable(table: Table, name: string, step: Step): Table {
  return {
    ...stepped(name, table, step),
    async *query(filter) {
      yield* await step(`${name}.query`, () => rowsOf(table, filter));
    },
  };
}

async function rowsOf(table: Table, filter: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of table.query(filter)) rows.push(row);
  return rows;
}
