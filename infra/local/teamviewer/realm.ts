import type { Kept } from "../kept.ts";
import type { Rights } from "./rights.ts";
import type { State } from "./state.ts";

/**
 * How refresh tokens behave. TeamViewer's API documentation (3.8.2) says `rotating`: each works once, and using one again
 * ends the grant. `grace` lets a spent one be replayed for 30 seconds, `non-rotating` never hands out a new one.
 */
export type RefreshMode = "rotating" | "grace" | "non-rotating";

/** What every part of this server shares. `kept.value` outlives a restart; how it is told to behave does not. */
export type Realm = {
  kept: Kept<State>;
  now: () => Date;
  /** Where links point: this server's own address. */
  origin: string;
  app: { clientId: string; clientSecret: string; redirectUri: string };
  refresh: RefreshMode;
  accessTokenSeconds: number;
  callsPerHour: number | undefined;
  concurrentSessions: number | undefined;
  rights: Rights;
};

/** `record[key]` for a key that came from outside: never something every object inherits. */
export function ownValue<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** TeamViewer's dates: ISO 8601, UTC, whole seconds. */
export function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
