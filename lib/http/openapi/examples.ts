import type * as z from "zod";
import type { AuditEntry } from "../../audit/entry.ts";
import type { ConnectorView } from "../../connector/connection.ts";
import type { Health } from "../../connector/health.ts";
import type { DeviceView } from "../../devices/device.ts";
import type { Name } from "../../devices/names.ts";
import type { SessionView } from "../../sessions/session.ts";
import type { DeliveryView } from "../../webhooks/delivery.ts";
import type { WebhookView, webhookWithSecretSchema } from "../../webhooks/webhook.ts";
import type { problemSchema } from "../problem.ts";
import { inboundExamples } from "./inbound-examples.ts";

const DEVICE_ID = "d0000000-0000-4000-8000-000000000001";
const AGENT_ID = "10000000-0000-4000-8000-000000000002";
const SESSION_ID = "0123456789abcdef0123456789abcdef";
const EVENT_ID = "1234567890123456789-0123456789abcdef";

const connector: ConnectorView = {
  status: "connected",
  account: { name: "Contoso Helpdesk", company: "Contoso", email: "helpdesk@contoso.com" },
  connectedBy: "10000000-0000-4000-8000-000000000001",
  connectedAt: "2026-11-22T10:00:00.000Z",
  termsVersion: "1",
};

const device: DeviceView = {
  id: DEVICE_ID,
  name: "PHONE-ANA",
  platform: "ios",
  osVersion: "26.1",
  model: "iPhone 17",
  manufacturer: "Apple",
  serialNumber: "F2LXK0123456",
  ownership: "company",
  compliance: "compliant",
  lastSyncAt: "2026-11-22T08:12:00Z",
  userName: "Ana Petit",
  userPrincipalName: "ana.petit@contoso.com",
  eligibility: { eligible: true, reasons: [], channels: ["companyPortal"] },
};

const name: Name = { id: AGENT_ID, kind: "person", name: "Bruno Agent" };

const session: SessionView = {
  id: SESSION_ID,
  state: "open",
  device: { id: DEVICE_ID, name: "PHONE-ANA", platform: "ios", userName: "Ana Petit" },
  code: "s12-345-678",
  supporterUrl: "https://get.teamviewer.com/v15/s12345678-example",
  endCustomerUrl: "https://get.teamviewer.com/v15/s12345678",
  matchCode: "4711",
  reason: "Mail does not open",
  ticket: "INC0012345",
  requestedBy: AGENT_ID,
  requestedAt: "2026-11-22T10:00:00.000Z",
  expiresAt: "2026-11-22T11:00:00.000Z",
  notification: { state: "queued" },
};

const webhook: WebhookView = {
  id: "5f0c9a52-6f0e-4f5b-9c1d-2f1f5a3b7c11",
  url: "https://tickets.contoso.com/hooks/remote-assistance",
  status: "active",
  events: ["session.requested", "session.closed"],
  description: "Ticket system",
  createdBy: "10000000-0000-4000-8000-000000000001",
  createdAt: "2026-11-22T10:00:00.000Z",
};

const withSecret: z.infer<typeof webhookWithSecretSchema> = { ...webhook, secret: "whsec_shown-once" };

const delivery: DeliveryView = {
  id: EVENT_ID,
  type: "session.requested",
  at: "2026-11-22T10:00:00.000Z",
  sessionId: SESSION_ID,
  state: "delivered",
  attempts: [{ number: 1, at: "2026-11-22T10:00:01.000Z", status: 204, durationMs: 120 }],
};

const entry: AuditEntry = {
  id: EVENT_ID,
  at: "2026-11-22T10:00:00.000Z",
  actor: { id: AGENT_ID, kind: "person" },
  action: "session.request",
  phase: "outcome",
  result: "success",
  deviceId: DEVICE_ID,
  sessionId: SESSION_ID,
  correlationId: "6a1de6a5-8f0d-4d3c-9f60-0a4f5f0b7d55",
};

const health: Health = { status: "ok" };

const problem: z.infer<typeof problemSchema> = {
  type: "urn:problem:device-not-eligible",
  title: "The device cannot be helped",
  status: 422,
  detail: "This device cannot be helped: TeamViewer has no app for HoloLens.",
  instance: "6a1de6a5-8f0d-4d3c-9f60-0a4f5f0b7d55",
  code: "device-not-eligible",
  reasons: [{ code: "hololens", text: "TeamViewer has no app for HoloLens." }],
};

/** An example of each schema with a name, by that name; what has none here is made of its parts. */
export const examples: Record<string, unknown> = {
  Connector: connector,
  Device: device,
  Name: name,
  Session: session,
  Webhook: webhook,
  WebhookWithSecret: withSecret,
  Delivery: delivery,
  ...inboundExamples,
  AuditEntry: entry,
  Health: health,
  Problem: problem,
};
