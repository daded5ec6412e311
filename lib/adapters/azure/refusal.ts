const REASONS: Record<string, string> = {
  ForbiddenByFirewall: "Key Vault does not let this app in: its firewall has to let the app's network through.",
  ForbiddenByConnection: "Key Vault takes calls by its private endpoint alone: connect the app to that network.",
  SecretDisabled: "A secret that this app needs is disabled in Key Vault. Enable it.",
  AuthorizationFailure:
    "The storage account does not let this app in: its firewall has to let the app's network through.",
};

/** What to do about a 403 of Key Vault or storage, where its code tells that something else than a role is missing. */
export function refusalText(error: unknown, otherwise: string): string {
  const { code, details } = error as { code?: unknown; details?: unknown };
  const said = JSON.stringify([code, details]);
  const reason = Object.keys(REASONS).find((each) => new RegExp(`\\b${each}\\b`).test(said));
  return (reason && REASONS[reason]) ?? otherwise;
}
