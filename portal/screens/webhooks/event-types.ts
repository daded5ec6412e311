import type { EventType } from "../../../lib/webhooks/event.ts";

/** Every kind of event there is; one that is missing here does not compile. */
const all: Record<EventType, true> = {
  "connector.connected": true,
  "connector.needs-consent": true,
  "connector.disconnected": true,
  "session.requested": true,
  "session.notified": true,
  "session.accepted": true,
  "session.declined": true,
  "session.joined": true,
  "session.closed": true,
  "session.expired": true,
  "session.failed": true,
  "session.reported": true,
};

export const eventTypes = Object.keys(all) as EventType[];
