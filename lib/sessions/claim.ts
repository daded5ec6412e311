import type { AuditSubject } from "../audit/entry.ts";
import type { Audit } from "../audit/record.ts";
import { AppError } from "../errors.ts";
import type { SessionStore, StoredSession } from "./ports.ts";
import type { Session } from "./session.ts";

type Deps = { sessions: SessionStore; audit: Audit; now: () => Date };

export const isSession = (claimed: StoredSession | Session): claimed is Session => !("etag" in claimed);

/** The row exists: the session of an earlier request with this key, or a request that died and may be gone on with. */
export async function claimAgain(
  { sessions, audit, now }: Deps,
  draft: Session,
  subject: AuditSubject,
  isAudited: boolean,
) {
  const end = async (result: "refused" | "replayed", reason?: string) => {
    if (isAudited) await audit.outcome(subject, { result, reason });
  };
  const stored = await sessions.find(draft.id);
  const isRunning =
    !stored || (stored.session.state === "requested" && stored.session.leaseUntil > now().toISOString());
  if (stored && stored.session.requestHash !== draft.requestHash) {
    await end("refused", "idempotency-key-reused");
    throw new AppError(
      "idempotency-key-reused",
      "This Idempotency-Key was used for another request. Take a new key for each new session.",
    );
  }
  if (!isRunning && stored.session.state !== "requested") {
    await end("replayed");
    return stored.session;
  }
  const taken = isRunning
    ? undefined
    : await sessions.update(stored, { ...stored.session, leaseUntil: draft.leaseUntil });
  if (taken) return taken;
  await end("refused", "request-in-progress");
  throw inProgress();
}

export function inProgress() {
  const text = "The same request is still running. Ask again in a few seconds with the same Idempotency-Key.";
  return new AppError("request-in-progress", text, { retryAfterSeconds: 2 });
}
