import type { Audit } from "../audit/record.ts";
import type { ConnectionStore, TeamViewerGrants, TokenVault } from "./ports.ts";
import { secretNamesOf } from "./secret-names.ts";

type Deps = {
  connections: ConnectionStore;
  vault: TokenVault;
  grants: TeamViewerGrants;
  audit: Audit;
  newId: () => string;
};

/** Revokes and deletes the tokens of a consent that no connection names; true when there are none (any more). */
export type ForgetGrant = (secretName: string | undefined) => Promise<boolean>;

export function makeForgetGrant({ connections, vault, grants, audit, newId }: Deps): ForgetGrant {
  return async (secretName) => {
    if (!secretName) return true;
    const { current, others } = await connections.read();
    const isNamed = [current, ...others].some((each) => each && secretNamesOf(each.value).includes(secretName));
    const tokens = isNamed ? undefined : await vault.read(secretName);
    if (!tokens) return true;
    const actor = { id: "connector", kind: "system" } as const;
    const subject = { actor, action: "connector.forget", correlationId: newId() } as const;
    await audit.intent(subject);
    const isRevoked = await grants.revoke(tokens.accessToken);
    if (isRevoked) await vault.remove(secretName);
    await audit.outcome(subject, { result: isRevoked ? "success" : "failed", reason: "not-completed" });
    return isRevoked;
  };
}
