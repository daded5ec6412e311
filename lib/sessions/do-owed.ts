import type { AuditLog } from "../audit/ports.ts";
import type { NotificationQueue } from "../notifications/ports.ts";
import type { Owed } from "./ports.ts";

type Deps = { auditLog: AuditLog; queue: NotificationQueue };

/** Does what is owed, side by side. */
export type DoOwed = (owed: readonly Owed[]) => Promise<void>;

/**
 * Whatever fails here stays owed in the store, and `follow-sessions` does it a minute later: so nobody waits for it and
 * nothing is lost.
 */
export function makeDoOwed({ auditLog, queue }: Deps): DoOwed {
  return async (owed) => {
    await Promise.allSettled(
      owed.map((each) => (each.kind === "audit" ? auditLog.append(each.entry) : queue.send(each.message))),
    );
  };
}
