import type { Connection } from "./connection.ts";
import { CONFIRM_MS, type Consent } from "./consent.ts";
import type { TeamViewerGrants, TokenSet, TokenVault } from "./ports.ts";

type Deps = {
  vault: TokenVault;
  grants: TeamViewerGrants;
  now: () => Date;
  newId: () => string;
};

/**
 * Puts the tokens of a new grant into the vault and reads whose they are: the connection to store, waiting for confirmation,
 * or to be revoked when its account cannot be read. Undefined when the vault does not take them: then they are revoked.
 */
export function makeKeepGrant({ vault, grants, now, newId }: Deps) {
  return async (consent: Consent, secretName: string, tokens: TokenSet): Promise<Connection | undefined> => {
    const id = newId();
    const [account, groupId, version] = await Promise.allSettled([
      grants.account(tokens.accessToken),
      grants.groupId(tokens.accessToken),
      vault.write(secretName, id, tokens),
    ]);
    if (version.status === "rejected") {
      await grants.revoke(tokens.accessToken);
      return undefined;
    }
    const isReadable = account.status === "fulfilled";
    return {
      id,
      status: isReadable ? "awaitingConfirmation" : "disconnecting",
      consentId: consent.id,
      secretName,
      secretVersion: version.value,
      obtainedAt: tokens.obtainedAt,
      accessExpiresAt: tokens.expiresAt,
      account: isReadable ? account.value : { id: "", name: "", company: "", email: "" },
      ...(groupId.status === "fulfilled" && groupId.value ? { groupId: groupId.value } : {}),
      termsVersion: consent.termsVersion,
      connectedBy: consent.requestedBy,
      connectedAt: now().toISOString(),
      confirmBefore: new Date(now().getTime() + CONFIRM_MS).toISOString(),
    };
  };
}
