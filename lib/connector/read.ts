import { type ConnectorView, viewOfConnector } from "./connection.ts";
import type { ConnectionStore } from "./ports.ts";

type Deps = { connections: ConnectionStore; now: () => Date };

/** The connector as it stands. */
export function makeReadConnector({ connections, now }: Deps) {
  return async (): Promise<ConnectorView> => {
    const { current, others } = await connections.read();
    const isWaiting = ({ status, confirmBefore }: { status: string; confirmBefore: string }) =>
      status === "awaitingConfirmation" && confirmBefore > now().toISOString();
    const waiting = others.map(({ value }) => value).filter(isWaiting);
    const newest = waiting.sort((a, b) => b.confirmBefore.localeCompare(a.confirmBefore))[0];
    return viewOfConnector(current?.value, newest);
  };
}
