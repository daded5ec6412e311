import { Webhook as StandardWebhook } from "standardwebhooks";
import type { DeliveryView } from "../lib/webhooks/delivery.ts";
import type { DeliveryMessage } from "../lib/webhooks/ports.ts";
import type { WebhookView } from "../lib/webhooks/webhook.ts";
import type { Answer, AppProcess, TestApp } from "./app.ts";
import { type Received, type Receiver, startReceiver } from "./receiver.ts";
import { must, requesting } from "./requesting.ts";

type Registered = WebhookView & { secret: string };
export type CloudEvent = { id: string; type: string; subject?: string; data: Record<string, unknown> } & Record<
  string,
  unknown
>;

/** What administrators and the host do with webhooks, and looks at what became of it. */
export function hooking(product: TestApp) {
  const agent = requesting(product);
  const receivers: Receiver[] = [];

  const receiver = async (): Promise<Receiver> => {
    const started = await startReceiver();
    receivers.push(started);
    return started;
  };

  const call = async (
    method: string,
    path: string,
    body?: unknown,
    { as = "Ada Administrator", process = product.process() }: { as?: string; process?: AppProcess } = {},
  ): Promise<Answer> =>
    process.request(method, `/api/webhooks${path}`, {
      token: await product.tokenFor(as),
      ...(body === undefined ? {} : { body }),
    });

  const create = async (url: string, body: Record<string, unknown> = {}): Promise<Registered> =>
    must(await call("POST", "", { url, ...body }), 201).json<Registered>();
  const look = async (id: string): Promise<WebhookView> => must(await call("GET", `/${id}`), 200).json<WebhookView>();
  const deliveries = async (id: string): Promise<DeliveryView[]> =>
    must(await call("GET", `/${id}/deliveries`), 200).json<{ value: DeliveryView[] }>().value;

  /** The messages that wait in the queue and may be seen, taken out of it. */
  const messages = async () =>
    (await agent.messages("webhooks")).map(({ message, text }) => ({ message: message as DeliveryMessage, text }));

  /** Hands every message that may be seen to the queue function, one after another; answers how many there were. */
  const deliverAll = async (process = product.process()): Promise<number> => {
    const waiting = await messages();
    for (const { message } of waiting) await process.deliver("deliver-webhook", message);
    return waiting.length;
  };

  return {
    agent,
    receiver,
    call,
    create,
    look,
    deliveries,
    messages,
    deliverAll,
    close: async () => {
      await Promise.all(receivers.splice(0).map((each) => each.close()));
    },
  };
}

/** A delivery, verified as its receiver would, in the product's time. Throws when it is not signed by `secret`. */
export function verified({ headers, body }: Received, secret: string): CloudEvent {
  const signed = { at: Number(headers["webhook-timestamp"]), id: headers["webhook-id"] ?? "" };
  const expected = new StandardWebhook(secret).sign(signed.id, new Date(signed.at * 1000), body);
  if (!headers["webhook-signature"]?.split(" ").includes(expected)) throw new Error("not signed by this secret");
  return JSON.parse(body) as CloudEvent;
}
