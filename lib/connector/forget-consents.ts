import type { Audit } from "../audit/record.ts";
import { CONFIRM_MS, type Consent } from "./consent.ts";
import type { ConnectionStore, ConsentStore, TeamViewerGrants, TokenVault } from "./ports.ts";
import { secretNamesOf } from "./secret-names.ts";

type Deps = {
  consents: ConsentStore;
  connections: ConnectionStore;
  vault: TokenVault;
  grants: TeamViewerGrants;
  audit: Audit;
  now: () => Date;
  newId: () => string;
};

/** A callback that took longer died: its row says `used` and nothing more. */
const CALLBACK_MS = 3 * 60_000;

/**
 * What the timer does: a callback that died after TeamViewer gave it tokens may have left a secret that no connection
 * names; those tokens are revoked and the secret goes. Consents that can no longer be confirmed are deleted.
 */
export function makeForgetConsents({ consents, connections, vault, grants, audit, now, newId }: Deps) {
  const isBefore = (time: string | undefined, afterMs: number) =>
    time !== undefined && Date.parse(time) + afterMs < now().getTime();

  async function forgetGrant({ secretName }: Consent): Promise<boolean> {
    const tokens = secretName ? await vault.read(secretName) : undefined;
    if (!secretName || !tokens) return true;
    const { current, others } = await connections.read();
    const isNamed = [current, ...others].some((each) => each && secretNamesOf(each.value).includes(secretName));
    if (isNamed) return true;
    const actor = { id: "connector", kind: "system" } as const;
    const subject = { actor, action: "connector.forget", correlationId: newId() } as const;
    await audit.intent(subject);
    const isRevoked = await grants.revoke(tokens.accessToken);
    if (isRevoked) await vault.remove(secretName);
    await audit.outcome(subject, { result: isRevoked ? "success" : "failed", reason: "not-completed" });
    return isRevoked;
  }

  return async (): Promise<void> => {
    for (const stored of await consents.list()) {
      const { value } = stored;
      const isDead = value.status === "used" && isBefore(value.usedAt, CALLBACK_MS);
      if (isDead && !(await forgetGrant(value))) continue;
      if (isDead) await consents.update(stored, { ...value, status: "failed" });
      else if (value.status !== "used" && isBefore(value.expiresAt, 2 * CONFIRM_MS)) await consents.remove(stored);
    }
  };
}
