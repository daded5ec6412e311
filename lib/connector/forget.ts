import type { Audit } from "../audit/record.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionStore, TeamViewerGrants, TokenSet, TokenVault } from "./ports.ts";

type Deps = {
  connections: ConnectionStore;
  vault: TokenVault;
  grants: TeamViewerGrants;
  audit: Audit;
  now: () => Date;
  newId: () => string;
};

/** Revokes and deletes the tokens of a connection that is out of use; true when nothing of it is left. */
export type Forget = (connectionId: string) => Promise<boolean>;

export function makeForget({ connections, vault, grants, now }: Omit<Deps, "audit" | "newId">): Forget {
  /** An access token that ran out revokes nothing: it is refreshed first. `invalid_grant` says that the grant has ended. */
  async function revoke(tokens: TokenSet): Promise<boolean> {
    if (Date.parse(tokens.expiresAt) > now().getTime()) return grants.revoke(tokens.accessToken);
    const answer = await grants.refresh(tokens);
    if (answer.outcome === "granted") return grants.revoke(answer.tokens.accessToken);
    return answer.outcome === "refused" && answer.reason === "invalid_grant";
  }

  return async (connectionId) => {
    const all = await connections.read();
    const stored = [all.current, ...all.others].find((each) => each?.value.id === connectionId);
    if (!stored) return true;
    if (stored.value.status !== "disconnecting") return false;
    try {
      const tokens = await vault.read(stored.value.secretName, stored.value.secretVersion);
      if (tokens && !(await revoke(tokens))) return false;
      await vault.remove(stored.value.secretName);
      return await connections.remove(all, stored);
    } catch {
      // Resumable: the row stays `disconnecting` and the timer comes back to it; the answer says so.
      return false;
    }
  };
}

/** What the timer does: connections that nobody confirmed in time, were replaced or are being removed are revoked and forgotten. */
export function makeForgetUnused({ connections, audit, now, newId, ...rest }: Deps) {
  const forget = makeForget({ connections, now, ...rest });
  return async (): Promise<void> => {
    const { current, others } = await connections.read();
    const isOver = ({ status, confirmBefore }: Connection) =>
      status === "awaitingConfirmation" && confirmBefore <= now().toISOString();
    for (const stored of current ? [current, ...others] : others) {
      const { value } = stored;
      const actor = { id: "connector", kind: "system" } as const;
      const subject = { actor, action: "connector.forget", correlationId: newId() } as const;
      if (isOver(value)) {
        // What is `disconnecting` was audited by whoever made it so; this is decided here.
        await audit.intent(subject);
        if (!(await connections.update(stored, { ...value, status: "disconnecting" }))) {
          await audit.outcome(subject, { result: "replayed" });
          continue;
        }
      } else if (value.status !== "disconnecting") continue;
      if (!(await forget(value.id))) continue;
      await audit.outcome(subject, { result: "success", reason: isOver(value) ? "not-confirmed" : "out-of-use" });
    }
  };
}
