import { type ConnectorView, viewOfConnector } from "./connection.ts";
import type { ConnectionStore } from "./ports.ts";

type Deps = { connections: ConnectionStore; now: () => Date };

/** How the connection is, and how old its token set is beside the life that its access token was given. */
export type ConnectionAge = { status: ConnectorView["status"]; refreshAgeMinutes?: number; lifeMinutes?: number };

/** For whoever watches that tokens are refreshed. */
export function makeConnectionAge({ connections, now }: Deps) {
  return async (): Promise<ConnectionAge> => {
    const { current } = await connections.read();
    const { status } = viewOfConnector(current?.value, undefined);
    if (!current) return { status };
    const obtainedMs = Date.parse(current.value.obtainedAt);
    return {
      status,
      refreshAgeMinutes: minutes(now().getTime() - obtainedMs),
      lifeMinutes: minutes(Date.parse(current.value.accessExpiresAt) - obtainedMs),
    };
  };
}

const minutes = (ms: number) => Math.floor(ms / 60_000);
