import type { RemoteSession } from "../../../lib/sessions/ports.ts";
import type { Session } from "../../../lib/sessions/session.ts";

/** An open session on an iPhone, requested at 10:00 and good until 11:00, with `changes`. */
export function aSession(changes: Partial<Session> = {}): Session {
  return {
    id: "0123456789abcdef0123456789abcdef",
    state: "open",
    requestHash: "hash",
    requestedBy: "10000000-0000-4000-8000-000000000002",
    requestedByKind: "person",
    requestedAt: "2026-11-22T10:00:00.000Z",
    expiresAt: "2026-11-22T11:00:00.000Z",
    leaseUntil: "2026-11-22T10:01:00.000Z",
    device: {
      id: "d0000000-0000-4000-8000-000000000001",
      name: "PHONE-ANA",
      platform: "ios",
      userName: "Ana",
    },
    userId: "a0000000-0000-4000-8000-000000000001",
    matchCode: "4831",
    code: "s12-345-678",
    endCustomerUrl: "https://get.teamviewer.com/s12345678",
    notification: { state: "queued", channel: "companyPortal", at: "2026-11-22T10:00:01.000Z" },
    notificationCount: 1,
    ...changes,
  };
}

/** The session as TeamViewer tells it, with `changes`. */
export function aRemoteSession(changes: Partial<RemoteSession> = {}): RemoteSession {
  return {
    code: "s12-345-678",
    ourId: "0123456789abcdef0123456789abcdef",
    state: "open",
    online: false,
    supporterUrl: "https://start.teamviewer.com/secret-of-the-supporter",
    endCustomerUrl: "https://get.teamviewer.com/s12345678",
    ...changes,
  };
}
