import type { Principal } from "../../../lib/access/principal.ts";
import { makeTokenVault } from "../../../lib/adapters/azure/token-vault.ts";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import { makeAudit } from "../../../lib/audit/record.ts";
import { makeTeamViewerAccess } from "../../../lib/connector/access.ts";
import { makeCallback } from "../../../lib/connector/callback.ts";
import { makeConfirm } from "../../../lib/connector/confirm.ts";
import type { Connection } from "../../../lib/connector/connection.ts";
import { makeDisconnect } from "../../../lib/connector/disconnect.ts";
import { makeEnable } from "../../../lib/connector/enable.ts";
import { makeForget } from "../../../lib/connector/forget.ts";
import { makeForgetConsents } from "../../../lib/connector/forget-consents.ts";
import { makeForgetGrant } from "../../../lib/connector/forget-grant.ts";
import { makeForgetUnused } from "../../../lib/connector/forget-unused.ts";
import { makeSettleOwed } from "../../../lib/connector/owed.ts";
import type { Lease, TokenSet } from "../../../lib/connector/ports.ts";
import { makeReadConnector } from "../../../lib/connector/read.ts";
import { makeRefresh } from "../../../lib/connector/refresh.ts";
import { makeStart } from "../../../lib/connector/start.ts";
import { makeTokenSets } from "../../../lib/connector/token-sets.ts";
import { makeMemoryGrants } from "../../memory/grants.ts";
import { makeJournal } from "../../memory/journal.ts";
import { makeMemorySeal } from "../../memory/seal.ts";
import { makeMemorySecrets } from "../../memory/secrets.ts";
import { aConnection } from "./a-connection.ts";
import { makeConnectionRows, makeConsentRows } from "./stores.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const START = Date.parse("2026-11-22T10:00:00.000Z");
export const PUBLIC_URL = "https://assist.contoso.example";

export const ada: Principal = { id: "ada", kind: "person", clientId: "portal", roles: ["RemoteAssistance.Update"] };
export const script: Principal = { ...ada, id: "script", kind: "application" };
export const system = { id: "connector", kind: "system" };

/** An audit in short: action, phase, result and reason of each entry. */
export const inShort = (entries: readonly AuditEntry[]) =>
  entries.map(({ action, phase, result, reason }) => [action, phase, result, reason].filter(Boolean).join(" "));

/** The connector's use cases with everything around them in memory, each call that leaves in a journal. */
export function aConnector() {
  const journal = makeJournal();
  let nowMs = START;
  let made = 0;
  const newText = () => {
    made += 1;
    return String(made);
  };
  const now = () => new Date(nowMs);
  const connections = makeConnectionRows();
  const consents = makeConsentRows();
  const secrets = makeMemorySecrets();
  const grants = makeMemoryGrants({ now, newText });
  const audited: AuditEntry[] = [];
  const auditLog = {
    append: (entry: AuditEntry) =>
      journal.run(`audit.${entry.phase}`, async () => {
        const isNew = !audited.some(({ id }) => id === entry.id);
        if (isNew) audited.push(entry);
        return isNew;
      }) as Promise<boolean>,
    read: async function* () {},
    missing: async () => [],
    dropBefore: async () => undefined,
  };
  const ports = {
    connections: journal.kept("connections", connections.port),
    consents: journal.kept("consents", consents.port),
    vault: journal.kept("vault", makeTokenVault(secrets.port)),
    seal: journal.kept("seal", makeMemorySeal({ now, newText })),
    grants: { ...journal.kept("grants", grants.port), authorizeUrl: grants.port.authorizeUrl },
    lease: makeTurns(journal.run),
    audit: makeAudit({ auditLog, now, newAuditId: () => `audit-${newText()}` }),
    now,
    newId: () => `id-${newText()}`,
    randomText: () => newText().padStart(43, "r"),
    publicUrl: PUBLIC_URL,
    terms: { version: "3", url: "https://terms.example/" },
    // No pause ends by itself here: tests say when.
    pause: (ms: number) => journal.run(`pause.${ms}`, () => new Promise<void>(() => undefined)) as Promise<void>,
  };

  /** One process: its own memory over what is shared. */
  function newProcess() {
    const sets = makeTokenSets(ports);
    const tokens = makeRefresh({ ...ports, sets });
    const forget = makeForget({ ...ports, sets });
    const forgetGrant = makeForgetGrant(ports);
    return {
      sets,
      tokens,
      forget,
      access: makeTeamViewerAccess({ ...ports, tokens }),
      enable: makeEnable(ports),
      start: makeStart(ports),
      callback: makeCallback({ ...ports, forget, forgetGrant }),
      confirm: makeConfirm({ ...ports, forget }),
      disconnect: makeDisconnect({ ...ports, forget }),
      read: makeReadConnector(ports),
      settleOwed: makeSettleOwed(ports),
      forgetConsents: makeForgetConsents({ ...ports, forgetGrant }),
      forgetUnused: makeForgetUnused({ ...ports, forget }),
    };
  }

  /** A token set of a grant that lives. */
  async function granted(): Promise<TokenSet> {
    const answer = await grants.port.exchange(grants.consent());
    if (answer.outcome !== "granted") throw new Error("TeamViewer grants nothing");
    return answer.tokens;
  }

  /** A connection whose tokens stand in the vault; in use unless it waits. */
  async function holding(changes: Partial<Connection> = {}) {
    const tokens = await granted();
    const id = changes.id ?? "c1";
    const { obtainedAt, expiresAt: accessExpiresAt } = tokens;
    const kept = aConnection({ id, secretName: `tv-${id}`, obtainedAt, accessExpiresAt, ...changes });
    const secretVersion = await makeTokenVault(secrets.port).write(kept.secretName, id, tokens);
    const connection = { ...kept, secretVersion };
    if (connection.status === "awaitingConfirmation") connections.put(connection);
    else connections.use(connection);
    return { connection, tokens };
  }

  return {
    ...newProcess(),
    newProcess,
    ports,
    journal,
    connections,
    consents,
    secrets,
    grants,
    granted,
    holding,
    audited,
    now,
    advance(ms: number) {
      nowMs += ms;
    },
    secretNames: () => [...secrets.versions().keys()],
    connection: (id = "c1") => connections.find(id)?.value,
  };
}

/** A lease that hands out turns, as one process after the other gets them. */
function makeTurns(run: ReturnType<typeof makeJournal>["run"]): Lease {
  const turns = new Map<string, Promise<unknown>>();
  return {
    async hold<T>(name: string, work: () => Promise<T>): Promise<T> {
      const turn = (turns.get(name) ?? Promise.resolve()).then(() => run(`lease.${name}`, work) as Promise<T>);
      turns.set(
        name,
        turn.catch(() => undefined),
      );
      return turn;
    },
  };
}
