import type { Audit } from "../audit/record.ts";
import type { Connection } from "./connection.ts";
import type { Forget } from "./forget.ts";
import type { ConnectionStore, Stored, TokenVault } from "./ports.ts";

type Deps = {
  connections: ConnectionStore;
  vault: TokenVault;
  forget: Forget;
  audit: Audit;
  now: () => Date;
  newId: () => string;
};

/**
 * What the timer does: connections that nobody confirmed in time, were replaced or are being removed are revoked and
 * forgotten; secrets that a connection has left behind are deleted.
 */
export function makeForgetUnused({ connections, vault, forget, audit, now, newId }: Deps) {
  const isOver = ({ status, confirmBefore }: Connection) =>
    status === "awaitingConfirmation" && confirmBefore <= now().toISOString();

  /** Whoever still reads a former secret finds nothing there, and looks where the connection points now. */
  async function deleteFormer(stored: Stored<Connection>): Promise<void> {
    const { formerSecretNames = [], ...connection } = stored.value;
    for (const name of formerSecretNames) await vault.remove(name);
    await connections.update(stored, connection);
  }

  return async (): Promise<void> => {
    const { current, others } = await connections.read();
    for (const stored of current ? [current, ...others] : others) {
      const { value } = stored;
      const actor = { id: "connector", kind: "system" } as const;
      const subject = { actor, action: "connector.forget", correlationId: newId() } as const;
      if (isOver(value)) {
        // What is `disconnecting` was audited by whoever made it so; this is decided here.
        await audit.intent(subject);
        if (!(await connections.update(stored, { ...value, status: "disconnecting" }))) {
          await audit.outcome(subject, { result: "replayed" });
          continue;
        }
      } else if (value.status !== "disconnecting") {
        if (value.formerSecretNames) await deleteFormer(stored);
        continue;
      }
      if (!(await forget(value.id))) continue;
      await audit.outcome(subject, { result: "success", reason: isOver(value) ? "not-confirmed" : "out-of-use" });
    }
  };
}
