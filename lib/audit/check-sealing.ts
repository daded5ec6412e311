import { AppError, isAppError } from "../errors.ts";
import type { AuditLog, SealChain, SealKeys, SealProgress } from "./ports.ts";

type Deps = {
  auditLog: AuditLog;
  progress: SealProgress;
  chain: Pick<SealChain, "tail">;
  keys: Pick<SealKeys, "current">;
  now: () => Date;
  oldestKept: () => Date;
};

const PATIENCE_MS = 15 * 60_000;

/** Ends well unless entries have waited too long for their seal; then says what refuses. Nothing to seal is no fault. */
export function makeCheckSealing({ auditLog, progress, chain, keys, now, oldestKept }: Deps) {
  return async (): Promise<void> => {
    const from = (await progress.read())?.to ?? oldestKept();
    const to = new Date(now().getTime() - PATIENCE_MS);
    if (from >= to) return;
    for await (const _waiting of auditLog.read({ from, to })) {
      await Promise.all([chain.tail(), keys.current()]).catch((error: unknown) => {
        throw isAppError(error) ? refusing(error) : error;
      });
      throw new AppError(
        "upstream-unavailable",
        "Audit entries have waited more than 15 minutes for their seal. The log of seal-audit says why. Its identity needs Key Vault Crypto User (or the key audit-seal has to be made) and Storage Blob Data Contributor, and AzureWebJobsStorage__blobServiceUri must be set.",
        { retryAfterSeconds: 60 },
      );
    }
  };
}

/** What refuses says itself what to do. */
const refusing = (cause: AppError) =>
  new AppError(
    "upstream-unavailable",
    `Audit entries have waited more than 15 minutes for their seal. ${cause.message} The log of seal-audit says more.`,
    { cause, retryAfterSeconds: 60 },
  );
