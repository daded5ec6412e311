import type { TokenCredential } from "@azure/identity";
import { AppError } from "../../errors.ts";
import { until } from "../until.ts";
import { whenNeeded } from "../when-needed.ts";

const TIMEOUT_MS = 10_000;
const RETRIES = { maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 2000 };

/**
 * The app's own identity: system-assigned, or the user-assigned one that `clientId` names. The SDK gives its call no deadline
 * and does not look at the caller's, and every other client waits for it: so a token is waited for ten seconds in all.
 */
export function makeManagedIdentity(clientId: string | undefined): TokenCredential {
  const credential = whenNeeded(async () => {
    const { ManagedIdentityCredential } = await import("@azure/identity");
    return new ManagedIdentityCredential({ retryOptions: RETRIES, ...(clientId ? { clientId } : {}) });
  });
  return {
    getToken: (scopes, options) => {
      const ends = [options?.abortSignal, AbortSignal.timeout(TIMEOUT_MS)].filter(
        (each) => each instanceof AbortSignal,
      );
      const token = credential().then((own) => own.getToken(scopes, options));
      return until(AbortSignal.any(ends), token.catch(refused), "the managed identity endpoint gave no token in time");
    },
  };
}

function refused(cause: unknown): never {
  const text =
    "The managed identity endpoint gives this app no token. Assign the identity to the app; one that is user-assigned is named in AZURE_CLIENT_ID and AzureWebJobsStorage__clientId.";
  throw new AppError("upstream-unavailable", text, { cause, retryAfterSeconds: 30 });
}
