import { CONFIRM_MS, type Consent } from "./consent.ts";
import type { ForgetGrant } from "./forget-grant.ts";
import type { ConsentStore } from "./ports.ts";

type Deps = { consents: ConsentStore; forgetGrant: ForgetGrant; now: () => Date };

/** A callback that took longer died, whatever its row says. */
const CALLBACK_MS = 3 * 60_000;

/**
 * What the timer does: a callback that died after TeamViewer gave it tokens may have left a secret that no connection
 * names; those tokens are revoked and the secret goes. Consents that can no longer be confirmed are deleted.
 */
export function makeForgetConsents({ consents, forgetGrant, now }: Deps) {
  const isBefore = (time: string | undefined, afterMs: number) =>
    time !== undefined && Date.parse(time) + afterMs < now().getTime();
  // Consent and connection are stored side by side, so the connection of one that seems to wait may be missing, too.
  const mayHoldGrant = ({ status }: Consent) => status === "used" || status === "awaitingConfirmation";

  return async (): Promise<void> => {
    for (const stored of await consents.list()) {
      const { value } = stored;
      const isDone = isBefore(value.usedAt, CALLBACK_MS);
      if (isDone && mayHoldGrant(value) && !(await forgetGrant(value.secretName))) continue;
      if (isDone && value.status === "used") await consents.update(stored, { ...value, status: "failed" });
      else if (value.status !== "used" && isBefore(value.expiresAt, 2 * CONFIRM_MS)) await consents.remove(stored);
    }
  };
}
