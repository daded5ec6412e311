import type { Principal } from "../access/principal.ts";
import { requestHashOf, sessionIdOf } from "./id.ts";
import type { Session } from "./session.ts";

type Deps = {
  now: () => Date;
  newMatchCode: () => string;
  sessionMinutes: number;
  /** Whether users read the first name of the person who asks. */
  showAgentName: boolean;
};

/** What an agent asks for. */
export type SessionRequest = {
  deviceId: string;
  reason?: string | undefined;
  ticket?: string | undefined;
  language?: string | undefined;
  notify: boolean;
};

/** How long a running request is believed to be alive; then another with the same key may go on with it. */
const LEASE_MS = 45_000;

/** The session before anything is known but the request itself. */
export function draftOf(
  { now, newMatchCode, sessionMinutes, showAgentName }: Deps,
  principal: Principal,
  request: SessionRequest,
  key: string,
): Session {
  const at = now();
  const { deviceId, notify, ...said } = request;
  return {
    id: sessionIdOf(principal, key),
    state: "requested",
    requestHash: requestHashOf(request),
    requestedBy: principal.id,
    requestedByKind: principal.kind,
    requestedAt: at.toISOString(),
    expiresAt: new Date(at.getTime() + sessionMinutes * 60_000).toISOString(),
    leaseUntil: new Date(at.getTime() + LEASE_MS).toISOString(),
    device: { id: deviceId, name: "", platform: "unknown", userName: "" },
    ...said,
    ...(showAgentName && principal.firstName ? { agentName: principal.firstName } : {}),
    matchCode: newMatchCode(),
    notification: { state: notify ? "queued" : "none" },
    notificationCount: 0,
  };
}
