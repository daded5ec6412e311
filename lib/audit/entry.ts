import * as z from "zod";

/** Who did it. `system` is this product itself (its timers and queue functions). */
export const actorSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(["person", "application", "user", "system"]),
});
export type Actor = z.infer<typeof actorSchema>;

export const actions = [
  "connector.enable",
  "connector.connect",
  "connector.confirm",
  "connector.refresh",
  "connector.needs-consent",
  "connector.disconnect",
  "connector.forget",
  "session.request",
  "session.accept",
  "session.decline",
  "session.join",
  "session.close",
  "session.expire",
  "session.fail",
  "session.ticket",
  "session.report",
  "notification.request",
  "notification.send",
  "notification.teams",
  "notification.email",
  "audit.erase",
  "webhook.create",
  "webhook.update",
  "webhook.pause",
  "webhook.rotate",
  "webhook.delete",
  "webhook.deliver",
  "inbound.create",
  "inbound.update",
  "inbound.rotate",
  "inbound.delete",
] as const;
export type Action = (typeof actions)[number];

/** One line of the audit: ids only, never a name, link, code or token. `intent` stands before a side effect, `outcome` after it. */
export const auditEntrySchema = z
  .strictObject({
    id: z.string(),
    at: z.iso.datetime(),
    actor: actorSchema,
    action: z.enum(actions),
    phase: z.enum(["intent", "outcome"]),
    result: z.enum(["success", "refused", "failed", "unknown", "replayed"]).optional(),
    reason: z.string().max(200).optional(),
    deviceId: z.string().optional(),
    sessionId: z.string().optional(),
    correlationId: z.string(),
  })
  .meta({ id: "AuditEntry" });
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** What is being done, by whom: the part that intent and outcome share. */
export type AuditSubject = Pick<AuditEntry, "actor" | "action" | "correlationId"> & {
  deviceId?: string | undefined;
  sessionId?: string | undefined;
};
