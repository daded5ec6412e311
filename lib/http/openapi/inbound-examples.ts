import type * as z from "zod";
import type { Mapping } from "../../webhooks/inbound/mapping.ts";
import type { messageSchema } from "../../webhooks/inbound/message.ts";
import type { SourceView, sourceWithSecretSchema } from "../../webhooks/inbound/source.ts";

const mapping: Mapping = {
  action: "request",
  serialNumber: "{{cmdb_ci.serial_number}}",
  ticket: "{{number}}",
  reason: "{{short_description}}",
};

const source: SourceView = {
  id: "7a1c3e52-0b8e-4f0d-9f7a-3f1f5a3b7c12",
  name: "service-now",
  description: "Incidents",
  rights: ["request", "close", "ticket"],
  mapping,
  paused: false,
  createdBy: "10000000-0000-4000-8000-000000000001",
  createdAt: "2026-11-22T10:00:00.000Z",
};

const withSecret: z.infer<typeof sourceWithSecretSchema> = { ...source, secret: "whsec_shown-once" };

const message: z.input<typeof messageSchema> = {
  action: "request",
  serialNumber: "F2LXK0123456",
  reason: "Mail does not open",
  ticket: "INC0012345",
};

/** Examples of what concerns sources, by the names of their schemas. */
export const inboundExamples: Record<string, unknown> = {
  InboundMapping: mapping,
  InboundMessage: message,
  InboundSource: source,
  InboundSourceWithSecret: withSecret,
};
