import * as z from "zod";
import { sentTypes, webhookEventSchema } from "./event.ts";
import { attemptProblems } from "./target-answer.ts";

/**
 * One attempt to deliver one event, stored under its number: storing it is the lock. `sending` until `until`, after which the
 * process that made it is believed dead; `waiting`: it failed and the next attempt is in the queue.
 */
export const attemptSchema = z.object({
  event: webhookEventSchema,
  number: z.number().int(),
  state: z.enum(["sending", "waiting", "delivered", "failed", "cancelled"]),
  at: z.iso.datetime(),
  until: z.iso.datetime(),
  status: z.number().int().optional(),
  durationMs: z.number().int().optional(),
  problem: z.enum(attemptProblems).optional(),
  nextAt: z.iso.datetime().optional(),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** A delivery as administrators see it: one event for one endpoint, with every attempt. */
export const deliveryViewSchema = z
  .strictObject({
    id: z.string(),
    type: z.enum(sentTypes),
    at: z.iso.datetime(),
    sessionId: z.string().optional(),
    state: attemptSchema.shape.state,
    nextAt: z.iso.datetime().optional(),
    attempts: z.array(
      z.strictObject({
        number: z.number().int(),
        at: z.iso.datetime(),
        status: z.number().int().optional(),
        durationMs: z.number().int().optional(),
        problem: z.enum(attemptProblems).optional(),
      }),
    ),
  })
  .meta({ id: "Delivery" });
export type DeliveryView = z.infer<typeof deliveryViewSchema>;

/** The delivery that `attempts` (of one event, oldest first) make together; undefined when there are none. */
export function viewOfDelivery(attempts: readonly Attempt[]): DeliveryView | undefined {
  const last = attempts.at(-1);
  if (!last) return undefined;
  const { id, type, at, sessionId } = last.event;
  const isDelivered = attempts.some(({ state }) => state === "delivered");
  return {
    id,
    type,
    at,
    ...(sessionId ? { sessionId } : {}),
    state: isDelivered && last.state !== "sending" ? "delivered" : last.state,
    ...(last.nextAt && last.state === "waiting" && !isDelivered ? { nextAt: last.nextAt } : {}),
    attempts: attempts.map(({ number, at, status, durationMs, problem }) => ({
      number,
      at,
      ...(status === undefined ? {} : { status }),
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(problem ? { problem } : {}),
    })),
  };
}
