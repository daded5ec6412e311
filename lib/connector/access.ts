import { isAppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { usable } from "./in-use.ts";
import type { ConnectionStore, TokenSet } from "./ports.ts";
import type { makeRefresh } from "./refresh.ts";

type Deps = { connections: ConnectionStore; tokens: ReturnType<typeof makeRefresh>; now: () => Date };

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

/** Hands out access tokens; asks for a new one in the last two minutes of the old one's life, or when TeamViewer refuses it. */
export function makeTeamViewerAccess({ connections, tokens, now }: Deps): TeamViewerAccess {
  const isUsable = (set: TokenSet, marginMs: number) => Date.parse(set.expiresAt) - marginMs > now().getTime();
  const lifeMs = ({ obtainedAt, expiresAt }: TokenSet) => Date.parse(expiresAt) - Date.parse(obtainedAt);
  const accessOf = ({ id, groupId }: Connection, { accessToken }: TokenSet): Access => ({
    connectionId: id,
    accessToken,
    groupId,
  });

  return {
    async current() {
      const stored = usable(await connections.read());
      const set = await tokens.load(stored);
      if (isUsable(set, Math.min(MARGIN_MS, lifeMs(set) / 2))) return accessOf(stored.value, set);
      try {
        return accessOf(stored.value, await tokens.refresh(stored, set));
      } catch (error) {
        if (isAppError(error, "upstream-unavailable") && isUsable(set, 0)) return accessOf(stored.value, set);
        throw error;
      }
    },
    async renew(access) {
      const stored = usable(await connections.read());
      const set = await tokens.load(stored);
      const isRefused = set.accessToken === access.accessToken;
      return accessOf(stored.value, isRefused ? await tokens.refresh(stored, set) : set);
    },
    async keepFresh() {
      const { current } = await connections.read();
      if (current?.value.status !== "connected") return;
      const set = await tokens.load(current);
      if (!isUsable(set, lifeMs(set) / 2)) await tokens.refresh(current, set);
    },
  };
}
