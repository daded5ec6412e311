import type { Audit } from "../audit/record.ts";
import { AppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { needsConsent, usable } from "./in-use.ts";
import { makeOnce } from "./once.ts";
import { owing } from "./owed.ts";
import type { ConnectionStore, Lease, Stored, TeamViewerGrants, TokenSet } from "./ports.ts";
import { keyOf, type TokenSets } from "./token-sets.ts";

type Deps = {
  connections: ConnectionStore;
  sets: TokenSets;
  grants: TeamViewerGrants;
  lease: Lease;
  audit: Audit;
  newId: () => string;
};

/** The lease under which the tokens of a connection are asked for. */
export const refreshLeaseOf = (connectionId: string) => `refresh-${connectionId}`;

/**
 * Refreshes token sets. TeamViewer's refresh tokens can be used once, and a second use loses the grant. So one process at a
 * time asks: callers here share one try, processes take turns by a lease, whoever comes second reads what the first stored,
 * and a new set is stored before it is used. Only `invalid_grant` or `invalid_client` for the newest stored set ends the
 * connection.
 */
export function makeRefresh({ connections, sets, grants, lease, audit, newId }: Deps) {
  const once = makeOnce<TokenSet>();
  const actor = { id: "connector", kind: "system" } as const;

  /** The connection as it is now, if it is still the one in use. */
  async function again(id: string): Promise<Stored<Connection>> {
    const stored = usable(await connections.read());
    if (stored.value.id === id) return stored;
    throw new AppError("connector-changed", "TeamViewer was just connected anew. Try again.");
  }

  /** The set that `stored` points to. One that is gone may have been replaced since `stored` was read. */
  async function load(stored: Stored<Connection>): Promise<TokenSet> {
    const tokens = await sets.load(stored);
    if (tokens) return tokens;
    const now = await again(stored.value.id);
    return keyOf(now.value) === keyOf(stored.value) ? endConnection(now, "secret-not-readable") : load(now);
  }

  const refresh = ({ value: { id } }: Stored<Connection>, spent: TokenSet) =>
    once(id, () => lease.hold(refreshLeaseOf(id), () => refreshAlone(id, spent)));

  async function refreshAlone(id: string, spent: TokenSet): Promise<TokenSet> {
    const stored = await sets.prepare(await again(id));
    if (!stored) return refreshAlone(id, spent);
    const held = await load(stored);
    if (held.accessToken !== spent.accessToken) return held;
    const newest = (await sets.newest(stored.value, held)) ?? held;
    if (newest.accessToken !== held.accessToken) return sets.keep(stored, newest);

    const subject = { actor, action: "connector.refresh", correlationId: newId() } as const;
    await audit.intent(subject);
    const answer = await grants.refresh(held);
    if (answer.outcome === "granted") {
      sets.received(held, answer.tokens);
      const entry = audit.outcomeEntry(subject, { result: "success" });
      const tokens = await sets.keep(stored, answer.tokens, entry);
      // What cannot be written now stands in the connection's row, and the timer writes it.
      await audit.append(entry).catch(() => undefined);
      return tokens;
    }
    const isRefused = answer.outcome === "refused";
    await audit.outcome(subject, isRefused ? { result: "refused", reason: answer.reason } : { result: "unknown" });
    if (isRefused) return doubt(stored, held, answer.reason);
    const text = "TeamViewer's sign-in does not answer. Try again in half a minute.";
    throw new AppError("upstream-unavailable", text, { cause: answer.cause, retryAfterSeconds: 30 });
  }

  /** A refused refresh is believed only when nobody stored a newer set meanwhile. */
  async function doubt(asked: Stored<Connection>, held: TokenSet, reason: string): Promise<TokenSet> {
    const stored = await again(asked.value.id);
    if (keyOf(stored.value) !== keyOf(asked.value)) return load(stored);
    sets.forget(held);
    return endConnection(stored, reason);
  }

  /** Marks the connection once, audits it once, and says what is needed. */
  async function endConnection(stored: Stored<Connection>, reason: string): Promise<never> {
    const subject = { actor, action: "connector.needs-consent", correlationId: newId() } as const;
    const entry = audit.outcomeEntry(subject, { result: "failed", reason });
    const ended = await connections.update(stored, owing({ ...stored.value, status: "needsConsent" }, entry));
    if (ended) await audit.append(entry);
    throw needsConsent();
  }

  return {
    load,
    refresh,
    /** Brings a set that waits in its connection's row into the vault. */
    async saveJournaled(): Promise<void> {
      const { current } = await connections.read();
      if (!current?.value.sealedTokens) return;
      await lease.hold(refreshLeaseOf(current.value.id), async () => {
        const { current: stored } = await connections.read();
        const tokens = stored && (await sets.journaled(stored.value));
        if (stored && tokens) await sets.keep(stored, tokens);
      });
    },
  };
}
