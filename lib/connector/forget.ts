import type { Connection } from "./connection.ts";
import type { ConnectionStore, Lease, Stored, TeamViewerGrants, TokenSet, TokenVault } from "./ports.ts";
import { refreshLeaseOf } from "./refresh.ts";
import { secretNamesOf } from "./secret-names.ts";
import type { TokenSets } from "./token-sets.ts";

type Deps = {
  connections: ConnectionStore;
  sets: TokenSets;
  vault: TokenVault;
  grants: TeamViewerGrants;
  lease: Lease;
  now: () => Date;
};

/** Revokes and deletes the tokens of a connection that is out of use; true when nothing of it is left. */
export type Forget = (connectionId: string) => Promise<boolean>;

export function makeForget({ connections, sets, vault, grants, lease, now }: Deps): Forget {
  const hasRunOut = ({ expiresAt }: TokenSet) => Date.parse(expiresAt) <= now().getTime();

  async function find(id: string) {
    const all = await connections.read();
    return { all, stored: [all.current, ...all.others].find((each) => each?.value.id === id) };
  }

  async function revoke(stored: Stored<Connection>): Promise<boolean> {
    const tokens = await sets.newest(stored.value);
    if (!tokens) return true;
    if (!hasRunOut(tokens)) return grants.revoke(tokens.accessToken);
    return lease.hold(refreshLeaseOf(stored.value.id), () => refreshAndRevoke(stored.value.id));
  }

  /** An access token that ran out revokes nothing: it is refreshed first. `invalid_grant` says that the grant has ended. */
  async function refreshAndRevoke(id: string): Promise<boolean> {
    const { stored } = await find(id);
    const tokens = stored && (await sets.newest(stored.value));
    if (!stored || !tokens) return true;
    if (!hasRunOut(tokens)) return grants.revoke(tokens.accessToken);
    const answer = await grants.refresh(tokens);
    if (answer.outcome === "refused") return answer.reason === "invalid_grant";
    if (answer.outcome === "unknown") return false;
    // Kept before it is revoked: a process that dies now leaves tokens that can still be revoked.
    const renewed = await sets.keep(stored, answer.tokens);
    return grants.revoke(renewed.accessToken);
  }

  return async (connectionId) => {
    const { stored } = await find(connectionId);
    if (!stored) return true;
    if (stored.value.status !== "disconnecting") return false;
    try {
      if (!(await revoke(stored))) return false;
      const { all, stored: revoked } = await find(connectionId);
      if (!revoked) return true;
      for (const name of secretNamesOf(revoked.value)) await vault.remove(name);
      return await connections.remove(all, revoked);
    } catch {
      // Resumable: the row stays `disconnecting` and the timer comes back to it; the answer says so.
      return false;
    }
  };
}
