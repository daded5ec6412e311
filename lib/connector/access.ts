import type { Audit } from "../audit/record.ts";
import { AppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionStore, Connections, Lease, Stored, TeamViewerGrants, TokenSet, TokenVault } from "./ports.ts";

type Deps = {
  connections: ConnectionStore;
  vault: TokenVault;
  grants: TeamViewerGrants;
  lease: Lease;
  audit: Audit;
  now: () => Date;
  newId: () => string;
};

/** A usable access token of the connection in use. */
export type Access = { connectionId: string; accessToken: string; groupId: string | undefined };

/** Access to TeamViewer for everybody else in this product. Throws `connector-not-connected`, `connector-needs-consent` or `upstream-unavailable`. */
export type TeamViewerAccess = {
  current: () => Promise<Access>;
  /** After TeamViewer refused `access` with 401: a fresh one, or the error that says why there is none. */
  renew: (access: Access) => Promise<Access>;
  /** Refreshes the token set when less than half of its life is left. */
  keepFresh: () => Promise<void>;
};

const MARGIN_MS = 2 * 60_000;

/**
 * TeamViewer's refresh tokens can be used once, and a second use loses the grant. So one process at a time asks: callers
 * here share one try, processes take turns by a lease, whoever comes second reads what the first stored, and a new set is
 * stored before it is used. Only `invalid_grant` or `invalid_client` for the newest stored set ends the connection.
 */
export function makeTeamViewerAccess({ connections, vault, grants, lease, audit, now, newId }: Deps): TeamViewerAccess {
  let cached: { key: string; tokens: TokenSet } | undefined;
  /** A set that TeamViewer gave for the refresh token `spent` and that the vault has not taken yet. */
  let unsaved: { spent: string; tokens: TokenSet } | undefined;
  const running = new Map<string, Promise<TokenSet>>();

  const keyOf = ({ secretName, secretVersion }: Connection) => `${secretName}/${secretVersion}`;
  const isUsable = (tokens: TokenSet, marginMs: number) => Date.parse(tokens.expiresAt) - marginMs > now().getTime();
  const lifeMs = ({ obtainedAt, expiresAt }: TokenSet) => Date.parse(expiresAt) - Date.parse(obtainedAt);

  /** Callers with the same `key` share one run of `work`. */
  async function once(key: string, work: () => Promise<TokenSet>): Promise<TokenSet> {
    const started = running.get(key) ?? work().finally(() => running.delete(key));
    running.set(key, started);
    return started;
  }

  async function load(connection: Connection): Promise<TokenSet> {
    const key = keyOf(connection);
    if (cached?.key === key) return cached.tokens;
    return once(`load ${key}`, async () => {
      const tokens = await vault.read(connection.secretName, connection.secretVersion);
      if (!tokens) throw needsConsent();
      cached = { key, tokens };
      return tokens;
    });
  }

  const refresh = (connection: Connection, spent: TokenSet) =>
    once(`refresh ${connection.id}`, () => lease.hold(`refresh-${connection.id}`, () => refreshAlone(spent)));

  async function refreshAlone(spent: TokenSet): Promise<TokenSet> {
    const stored = usable(await connections.read());
    const held = await load(stored.value);
    if (held.accessToken !== spent.accessToken) return held;
    // A refresh that ended halfway left a set newer than the one pointed to: the token that gave it is spent.
    const isUnsaved = unsaved?.spent === held.refreshToken;
    const newest = isUnsaved ? unsaved?.tokens : await vault.read(stored.value.secretName);
    if (!newest) throw needsConsent();
    if (newest.accessToken !== held.accessToken) return keep(stored, newest);
    const answer = await grants.refresh(held);
    if (answer.outcome === "granted") {
      unsaved = { spent: held.refreshToken, tokens: answer.tokens };
      return keep(stored, answer.tokens);
    }
    if (answer.outcome === "refused") return doubt(stored, held, answer.reason);
    const text = "TeamViewer's sign-in does not answer. Try again in half a minute.";
    throw new AppError("upstream-unavailable", text, { cause: answer.cause, retryAfterSeconds: 30 });
  }

  /** Stores the new set, then points to it. A pointer that meanwhile changed (say, to `disconnecting`) keeps its other fields. */
  async function keep({ value: { id, secretName } }: Stored<Connection>, tokens: TokenSet): Promise<TokenSet> {
    const secretVersion = await vault.write(secretName, id, tokens);
    unsaved = undefined;
    for (;;) {
      const all = await connections.read();
      const stored = [all.current, ...all.others].find((each) => each?.value.id === id);
      if (!stored) return tokens;
      const pointed = {
        ...stored.value,
        secretVersion,
        obtainedAt: tokens.obtainedAt,
        accessExpiresAt: tokens.expiresAt,
      };
      if (!(await connections.update(stored, pointed))) continue;
      cached = { key: keyOf(pointed), tokens };
      return tokens;
    }
  }

  /** A refused refresh is believed only when nobody stored a newer set meanwhile. */
  async function doubt(asked: Stored<Connection>, held: TokenSet, reason: string): Promise<TokenSet> {
    const stored = usable(await connections.read());
    if (keyOf(stored.value) !== keyOf(asked.value)) return load(stored.value);
    if (
      stored.value.id === asked.value.id &&
      (await connections.update(stored, { ...stored.value, status: "needsConsent" }))
    ) {
      const subject = {
        actor: { id: "connector", kind: "system" },
        action: "connector.needs-consent",
        correlationId: newId(),
      } as const;
      await audit.outcome(subject, { result: "failed", reason });
    }
    if (cached?.tokens === held) cached = undefined;
    throw needsConsent();
  }

  const accessOf = (connection: Connection, tokens: TokenSet): Access => ({
    connectionId: connection.id,
    accessToken: tokens.accessToken,
    groupId: connection.groupId,
  });

  return {
    async current() {
      const { value } = usable(await connections.read());
      const tokens = await load(value);
      if (isUsable(tokens, Math.min(MARGIN_MS, lifeMs(tokens) / 2))) return accessOf(value, tokens);
      try {
        return accessOf(value, await refresh(value, tokens));
      } catch (error) {
        if (error instanceof AppError && error.code === "upstream-unavailable" && isUsable(tokens, 0))
          return accessOf(value, tokens);
        throw error;
      }
    },
    async renew(access) {
      const { value } = usable(await connections.read());
      const tokens = await load(value);
      if (tokens.accessToken !== access.accessToken) return accessOf(value, tokens);
      return accessOf(value, await refresh(value, tokens));
    },
    async keepFresh() {
      const { current } = await connections.read();
      if (current?.value.status !== "connected") return;
      const tokens = await load(current.value);
      if (isUsable(tokens, lifeMs(tokens) / 2)) return;
      await refresh(current.value, tokens);
    },
  };
}

function usable({ current }: Connections): Stored<Connection> {
  if (current?.value.status === "connected") return current;
  if (current?.value.status === "needsConsent") throw needsConsent();
  throw new AppError(
    "connector-not-connected",
    "TeamViewer is not connected. An administrator connects it on the connector page.",
  );
}

function needsConsent(): AppError {
  return new AppError(
    "connector-needs-consent",
    "TeamViewer no longer accepts the connection. An administrator must give consent again.",
  );
}
