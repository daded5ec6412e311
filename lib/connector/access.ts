import { isAppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { usable } from "./in-use.ts";
import type { ConnectionStore, Stored, TokenSet } from "./ports.ts";
import type { makeRefresh } from "./refresh.ts";

type Deps = {
  connections: ConnectionStore;
  tokens: ReturnType<typeof makeRefresh>;
  now: () => Date;
  pause: (ms: number) => Promise<void>;
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

/** So long somebody who has a token that is still good waits for a new one. */
const PATIENCE_MS = 3_000;

/**
 * Hands out access tokens; asks for a new one in the last two minutes of the old one's life, or when TeamViewer refuses it.
 * While TeamViewer takes its time the old one serves on; only who has none that is good waits for the end.
 */
export function makeTeamViewerAccess({ connections, tokens, now, pause }: Deps): TeamViewerAccess {
  const isUsable = (set: TokenSet, marginMs: number) => Date.parse(set.expiresAt) - marginMs > now().getTime();
  const lifeMs = ({ obtainedAt, expiresAt }: TokenSet) => Date.parse(expiresAt) - Date.parse(obtainedAt);
  const accessOf = ({ id, groupId }: Connection, { accessToken }: TokenSet): Access => ({
    connectionId: id,
    accessToken,
    groupId,
  });

  /** A new set if there soon is one, else the old one for as long as it is good. */
  async function refreshed(stored: Stored<Connection>, old: TokenSet): Promise<TokenSet> {
    const fresh = tokens.refresh(stored, old);
    if (!isUsable(old, 0)) return fresh;
    const soon = await Promise.race([fresh.catch(ifUnavailable), pause(PATIENCE_MS)]);
    if (soon) return soon;
    return isUsable(old, 0) ? old : fresh;
  }

  const current = async (): Promise<Access> => {
    const stored = usable(await connections.read());
    try {
      const set = await tokens.load(stored);
      const isGood = isUsable(set, Math.min(MARGIN_MS, lifeMs(set) / 2));
      return accessOf(stored.value, isGood ? set : await refreshed(stored, set));
    } catch (error) {
      // Another account was connected since: that one serves.
      if (isAppError(error, "connector-changed")) return current();
      throw error;
    }
  };

  return {
    current,
    async renew(access) {
      const stored = usable(await connections.read());
      try {
        const set = await tokens.load(stored);
        const isRefused = set.accessToken === access.accessToken;
        return accessOf(stored.value, isRefused ? await tokens.refresh(stored, set) : set);
      } catch (error) {
        if (isAppError(error, "connector-changed")) return current();
        throw error;
      }
    },
    async keepFresh() {
      const { current: stored } = await connections.read();
      if (stored?.value.status !== "connected") return;
      try {
        const set = await tokens.load(stored);
        if (!isUsable(set, lifeMs(set) / 2)) await tokens.refresh(stored, set);
      } catch (error) {
        // Disconnected or replaced since: there is nothing to keep any more.
        if (!isAppError(error, "connector-changed", "connector-not-connected")) throw error;
      }
    },
  };
}

/** An outage may end before the old tokens do. */
function ifUnavailable(error: unknown): undefined {
  if (!isAppError(error, "upstream-unavailable")) throw error;
}
