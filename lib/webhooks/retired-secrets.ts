import type { WebhookVault } from "./ports.ts";

/** An endpoint or a source: the name of its secret, and of those out of use, deleted once `after` is over. */
export type SecretHolder = { secretName: string; retiredSecrets: { name: string; after: string }[] };

/** Deletes what is out of use for long enough. Answers what is left to be deleted later; undefined when nothing was due. */
export async function deleteRetired(vault: WebhookVault, { retiredSecrets }: SecretHolder, at: Date) {
  const isDue = ({ after }: { after: string }) => after <= at.toISOString();
  const due = retiredSecrets.filter(isDue);
  if (due.length === 0) return undefined;
  for (const { name } of due) await vault.remove(name);
  return retiredSecrets.filter((each) => !isDue(each));
}

/** Deletes every secret it ever had, those in use too. */
export async function deleteAllSecrets(vault: WebhookVault, { secretName, retiredSecrets }: SecretHolder) {
  for (const name of [secretName, ...retiredSecrets.map((each) => each.name)]) await vault.remove(name);
}
