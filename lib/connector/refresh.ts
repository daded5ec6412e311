import type { AuditEntry } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import { AppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { needsConsent, usable } from "./in-use.ts";
import { owing } from "./owed.ts";
import type { ConnectionStore, Lease, Seal, Stored, TeamViewerGrants, TokenSet, TokenVault } from "./ports.ts";

type Deps = {
  connections: ConnectionStore;
  vault: TokenVault;
  grants: TeamViewerGrants;
  lease: Lease;
  seal: Seal;
  audit: Audit;
  newId: () => string;
};

/** How long a set that the vault did not take may wait for it, sealed, in its connection's row. */
const JOURNAL_MS = 30 * 24 * 60 * 60_000;

/**
 * Reads, refreshes and stores token sets. TeamViewer's refresh tokens can be used once, and a second use loses the grant. So
 * one process at a time asks: callers here share one try, processes take turns by a lease, whoever comes second reads what
 * the first stored, and a new set is stored before it is used. Only `invalid_grant` or `invalid_client` for the newest
 * stored set ends the connection.
 */
export function makeRefresh({ connections, vault, grants, lease, seal, audit, newId }: Deps) {
  let cached: { key: string; tokens: TokenSet } | undefined;
  /** A set that TeamViewer gave for the refresh token `spent` and that nothing has taken yet. */
  let unsaved: { spent: string; tokens: TokenSet } | undefined;
  const running = new Map<string, Promise<TokenSet>>();
  const actor = { id: "connector", kind: "system" } as const;

  const keyOf = ({ secretName, secretVersion, obtainedAt }: Connection) =>
    `${secretName}/${secretVersion}/${obtainedAt}`;

  /** Callers with the same `key` share one run of `work`. */
  async function once(key: string, work: () => Promise<TokenSet>): Promise<TokenSet> {
    const started = running.get(key) ?? work().finally(() => running.delete(key));
    running.set(key, started);
    return started;
  }

  async function load(stored: Stored<Connection>): Promise<TokenSet> {
    const key = keyOf(stored.value);
    if (cached?.key === key) return cached.tokens;
    return once(`load ${key}`, async () => {
      const { sealedTokens, secretName, secretVersion } = stored.value;
      const tokens = (await journaled(sealedTokens)) ?? (await vault.read(secretName, secretVersion));
      if (!tokens) return endConnection(stored, "secret-not-readable");
      cached = { key, tokens };
      return tokens;
    });
  }

  async function journaled(sealedTokens: string | undefined): Promise<TokenSet | undefined> {
    const opened = sealedTokens ? await seal.open("tokens", sealedTokens) : undefined;
    const { accessToken, refreshToken, obtainedAt, expiresAt } = opened ?? {};
    const texts = [accessToken, refreshToken, obtainedAt, expiresAt].filter((text) => typeof text === "string");
    const [access, refresh, obtained, expires] = texts;
    if (!access || !refresh || !obtained || !expires) return undefined;
    return { accessToken: access, refreshToken: refresh, obtainedAt: obtained, expiresAt: expires };
  }

  const refresh = ({ value: { id } }: Stored<Connection>, spent: TokenSet) =>
    once(`refresh ${id}`, () => lease.hold(`refresh-${id}`, () => refreshAlone(spent)));

  async function refreshAlone(spent: TokenSet): Promise<TokenSet> {
    const stored = usable(await connections.read());
    const held = await load(stored);
    if (held.accessToken !== spent.accessToken) return held;
    const newest = await newestOf(stored.value, held);
    if (newest.accessToken !== held.accessToken) return keep(stored, newest);

    const subject = { actor, action: "connector.refresh", correlationId: newId() } as const;
    await audit.intent(subject);
    const answer = await grants.refresh(held);
    if (answer.outcome === "granted") {
      unsaved = { spent: held.refreshToken, tokens: answer.tokens };
      const entry = audit.outcomeEntry(subject, { result: "success" });
      const tokens = await keep(stored, answer.tokens, entry);
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

  /** A refresh that ended halfway left a set newer than the one pointed to: the token that gave it is spent. */
  async function newestOf({ sealedTokens, secretName }: Connection, held: TokenSet): Promise<TokenSet> {
    if (unsaved?.spent === held.refreshToken) return unsaved.tokens;
    if (sealedTokens) return held;
    return (await vault.read(secretName)) ?? held;
  }

  /** Stores the new set, then points to it. A pointer that meanwhile changed (say, to `disconnecting`) keeps its other fields. */
  async function keep(
    { value: { id, secretName } }: Stored<Connection>,
    tokens: TokenSet,
    entry?: AuditEntry,
  ): Promise<TokenSet> {
    const saved = await save(id, secretName, tokens);
    for (;;) {
      const all = await connections.read();
      const stored = [all.current, ...all.others].find((each) => each?.value.id === id);
      if (!stored) return tokens;
      const { sealedTokens: _old, ...connection } = stored.value;
      const { obtainedAt, expiresAt: accessExpiresAt } = tokens;
      const renewed = { ...connection, ...saved, obtainedAt, accessExpiresAt };
      const pointed = entry ? owing(renewed, entry) : renewed;
      if (!(await connections.update(stored, pointed))) continue;
      unsaved = undefined;
      cached = { key: keyOf(pointed), tokens };
      return tokens;
    }
  }

  /** Into the vault; while that takes nothing, sealed into the connection's own row, so that no process spends the old set again. */
  async function save(id: string, secretName: string, tokens: TokenSet) {
    try {
      return { secretVersion: await vault.write(secretName, id, tokens) };
    } catch (error) {
      const sealedTokens = await seal.close("tokens", { ...tokens }, JOURNAL_MS).catch(() => undefined);
      if (!sealedTokens) throw error;
      return { sealedTokens };
    }
  }

  /** A refused refresh is believed only when nobody stored a newer set meanwhile. */
  async function doubt(asked: Stored<Connection>, held: TokenSet, reason: string): Promise<TokenSet> {
    const stored = usable(await connections.read());
    if (keyOf(stored.value) !== keyOf(asked.value)) return load(stored);
    if (cached?.tokens === held) cached = undefined;
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
      await lease.hold(`refresh-${current.value.id}`, async () => {
        const { current: stored } = await connections.read();
        const tokens = await journaled(stored?.value.sealedTokens);
        if (stored && tokens) await keep(stored, tokens);
      });
    },
  };
}
