import * as z from "zod";
import { sessionRequestFields } from "../../sessions/request-fields.ts";

const { deviceId, reason, ticket, language, notify } = sessionRequestFields;

const sessionId = z.string().regex(/^[0-9a-f]{32}$/, "must be the id of a session, 32 hex digits");

/** Exactly one of `names` is there. */
const exactlyOne =
  (...names: readonly string[]) =>
  (body: Record<string, unknown>) =>
    names.filter((name) => body[name] !== undefined).length === 1;

const requestSchema = z
  .strictObject({
    action: z.literal("request"),
    deviceId: deviceId.optional(),
    serialNumber: z.string().trim().min(1).max(200).optional(),
    deviceName: z.string().trim().min(1).max(200).optional(),
    reason,
    ticket,
    language,
    notify,
  })
  .refine(exactlyOne("deviceId", "serialNumber", "deviceName"), {
    message: "must name the device by one of deviceId, serialNumber and deviceName",
  });

const closeSchema = z
  .strictObject({ action: z.literal("close"), sessionId: sessionId.optional(), ticket })
  .refine(exactlyOne("sessionId", "ticket"), { message: "must name the session by one of sessionId and ticket" });

const ticketSchema = z.strictObject({ action: z.literal("ticket"), sessionId, ticket: ticket.unwrap() });

/** What a source may ask for, in the order of the word `action`. */
export const messageSchema = z
  .discriminatedUnion("action", [requestSchema, closeSchema, ticketSchema])
  .meta({ id: "InboundMessage" });
export type Message = z.infer<typeof messageSchema>;
export type RequestMessage = z.infer<typeof requestSchema>;

/** A message with all that it names looked up: doing it again does the same, whatever changed meanwhile. */
export const commandSchema = z.discriminatedUnion("action", [
  z.object({
    action: z.literal("request"),
    deviceId: z.string(),
    reason: z.string().optional(),
    ticket: z.string().optional(),
    language: z.string().optional(),
    notify: z.boolean(),
  }),
  z.object({ action: z.literal("close"), sessionIds: z.array(z.string()).min(1) }),
  z.object({ action: z.literal("ticket"), sessionId: z.string(), ticket: z.string() }),
]);
export type Command = z.infer<typeof commandSchema>;

/** A message that was taken, under its `webhook-id`. `isDone`: what it asks for was done, and is not done again. */
export const recordSchema = z.object({
  bodyHash: z.string(),
  at: z.iso.datetime(),
  command: commandSchema,
  isDone: z.boolean().optional(),
});
export type InboundRecord = z.infer<typeof recordSchema>;
