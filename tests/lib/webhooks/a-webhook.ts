import type { Webhook } from "../../../lib/webhooks/webhook.ts";

/** An active endpoint that is told of everything since the year began. */
export const aWebhook = (change: Partial<Webhook> = {}): Webhook => ({
  id: "0d000000-0000-4000-8000-000000000001",
  url: "https://hooks.example/in",
  status: "active",
  events: ["session.requested", "session.closed"],
  createdBy: "a0000000-0000-4000-8000-000000000001",
  createdAt: "2026-01-01T00:00:00.000Z",
  activeSince: "2026-01-01T00:00:00.000Z",
  secretName: "wh-1",
  retiredSecrets: [],
  ...change,
});
