import type { AuditEntry } from "../audit/entry.ts";
import type { Connection } from "./connection.ts";
import { makeOnce } from "./once.ts";
import { owing } from "./owed.ts";
import type { ConnectionStore, Seal, Stored, TokenSet, TokenVault } from "./ports.ts";
import { nameToWrite, needsNewName, type Place, pointingTo } from "./secret-names.ts";

type Deps = { connections: ConnectionStore; vault: TokenVault; seal: Seal; newId: () => string };

/** How long a set that the vault did not take may wait for it, sealed, in its connection's row. */
const JOURNAL_MS = 30 * 24 * 60 * 60_000;

/** Names one token set of one connection: it changes with every refresh. */
export const keyOf = ({ secretName, secretVersion, obtainedAt }: Connection) =>
  `${secretName}/${secretVersion}/${obtainedAt}`;

export type TokenSets = ReturnType<typeof makeTokenSets>;

/** Token sets of connections: read once and kept in memory, stored before they are pointed to. */
export function makeTokenSets({ connections, vault, seal, newId }: Deps) {
  let cached: { key: string; tokens: TokenSet } | undefined;
  /** A set that TeamViewer gave for the refresh token `spent` and that nothing has taken yet. */
  let unsaved: { spent: string; tokens: TokenSet } | undefined;
  const once = makeOnce<TokenSet | undefined>();

  async function journaled({ sealedTokens }: Connection): Promise<TokenSet | undefined> {
    const opened = sealedTokens ? await seal.open("tokens", sealedTokens) : undefined;
    const { accessToken, refreshToken, obtainedAt, expiresAt } = opened ?? {};
    const texts = [accessToken, refreshToken, obtainedAt, expiresAt].filter((text) => typeof text === "string");
    const [access, refresh, obtained, expires] = texts;
    if (!access || !refresh || !obtained || !expires) return undefined;
    return { accessToken: access, refreshToken: refresh, obtainedAt: obtained, expiresAt: expires };
  }

  /** The newest set that the vault holds: one under the next name is newer than any under the present one. */
  const newestInVault = async ({ secretName, nextSecretName }: Connection) =>
    (nextSecretName ? await vault.read(nextSecretName) : undefined) ?? (await vault.read(secretName));

  /** Into the vault; while that takes nothing, sealed for the connection's own row, so that no process spends the old set again. */
  async function save(connection: Connection, tokens: TokenSet): Promise<Place | { sealedTokens: string }> {
    try {
      const secretName = nameToWrite(connection);
      return { secretName, secretVersion: await vault.write(secretName, connection.id, tokens) };
    } catch (error) {
      const sealedTokens = await seal.close("tokens", { ...tokens }, JOURNAL_MS).catch(() => undefined);
      if (!sealedTokens) throw error;
      return { sealedTokens };
    }
  }

  async function find(id: string): Promise<Stored<Connection> | undefined> {
    const { current, others } = await connections.read();
    return [current, ...others].find((each) => each?.value.id === id);
  }

  return {
    /** The set that the connection points to; undefined when it cannot be read. */
    async load({ value }: Stored<Connection>): Promise<TokenSet | undefined> {
      const key = keyOf(value);
      if (cached?.key === key) return cached.tokens;
      return once(key, async () => {
        const tokens = (await journaled(value)) ?? (await vault.read(value.secretName, value.secretVersion));
        if (tokens) cached = { key, tokens };
        return tokens;
      });
    },

    /** A refresh that ended halfway left a set newer than the one pointed to, `held`: the token that gave it is spent. */
    async newest(connection: Connection, held?: TokenSet): Promise<TokenSet | undefined> {
      if (held && unsaved?.spent === held.refreshToken) return unsaved.tokens;
      return (await journaled(connection)) ?? (await newestInVault(connection)) ?? held;
    },

    /**
     * Names the next secret before there is anything to put into it: a process that dies then leaves none that nobody knows.
     * Undefined when somebody else changed the connection meanwhile.
     */
    async prepare(stored: Stored<Connection>): Promise<Stored<Connection> | undefined> {
      if (!needsNewName(stored.value)) return stored;
      return connections.update(stored, { ...stored.value, nextSecretName: `tv-${newId()}` });
    },

    /** The set came for `spent`: until it is kept, this process knows that. */
    received(spent: TokenSet, tokens: TokenSet) {
      unsaved = { spent: spent.refreshToken, tokens };
    },

    /** Stores the new set, then points to it. A row that meanwhile changed (say, to `disconnecting`) keeps its other fields. */
    async keep({ value: asked }: Stored<Connection>, tokens: TokenSet, entry?: AuditEntry): Promise<TokenSet> {
      let saved = await save(asked, tokens);
      for (;;) {
        const stored = await find(asked.id);
        if (!stored) return tokens;
        const { sealedTokens: _old, ...connection } = stored.value;
        // Another process went on to the next name: what stands under an earlier one is about to be deleted.
        if ("secretName" in saved && connection.formerSecretNames?.includes(saved.secretName))
          saved = await save(connection, tokens);
        const pointed = "secretName" in saved ? pointingTo(connection, saved) : { ...connection, ...saved };
        const renewed = { ...pointed, obtainedAt: tokens.obtainedAt, accessExpiresAt: tokens.expiresAt };
        const told = entry ? owing(renewed, entry) : renewed;
        if (!(await connections.update(stored, told))) continue;
        unsaved = undefined;
        cached = { key: keyOf(told), tokens };
        return tokens;
      }
    },

    forget(tokens: TokenSet) {
      if (cached?.tokens === tokens) cached = undefined;
    },
    journaled,
  };
}
