import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/record.ts";
import { AppError } from "../errors.ts";
import { type Connection, type ConnectorView, viewOfConnector } from "./connection.ts";
import type { Forget } from "./forget.ts";
import { owing } from "./owed.ts";
import type { ConnectionStore, Stored } from "./ports.ts";

type Deps = { connections: ConnectionStore; audit: Audit; forget: Forget };

const MAX_ROUNDS = 5;

/** Takes the connection out of use at once, then revokes and deletes its tokens; what fails of that is done later. */
export function makeDisconnect({ connections, audit, forget }: Deps) {
  /** Accounts that wait for their confirmation go, too. */
  async function cancel(waiting: readonly Stored<Connection>[]) {
    for (const stored of waiting) {
      const marked = await connections.update(stored, { ...stored.value, status: "disconnecting" });
      if (marked) await forget(marked.value.id);
    }
  }

  return async (principal: Principal, correlationId: string): Promise<ConnectorView> => {
    const subject = {
      actor: { id: principal.id, kind: principal.kind },
      action: "connector.disconnect",
      correlationId,
    } as const;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const { current, others } = await connections.read();
      const waiting = others.filter(({ value }) => value.status === "awaitingConfirmation");
      const isInUse = current !== undefined && current.value.status !== "disconnecting";
      if (round === 0 && !isInUse && waiting.length === 0) return viewOfConnector(current?.value, undefined);

      if (round === 0) await audit.intent(subject);
      await cancel(waiting);
      if (!isInUse) {
        const cancelled = { result: "success", reason: "not-confirmed" } as const;
        await audit.outcome(subject, waiting.length > 0 ? cancelled : { result: "replayed" });
        return viewOfConnector(current?.value, undefined);
      }
      const entry = audit.outcomeEntry(subject, { result: "success" });
      const marked = await connections.update(current, owing({ ...current.value, status: "disconnecting" }, entry));
      if (!marked) continue;
      await audit.append(entry);
      const isForgotten = await forget(marked.value.id);
      return isForgotten ? { status: "notConnected" } : viewOfConnector(marked.value, undefined);
    }
    await audit.outcome(subject, { result: "failed", reason: "connector-changed" });
    throw new AppError(
      "connector-changed",
      "Somebody else changed the connector at the same time. Look at it and try again.",
    );
  };
}
