import { Webhook as StandardWebhook } from "standardwebhooks";
import { makeOutside } from "../lib/adapters/outside.ts";
import { createApp } from "../lib/app.ts";
import type { DeliveryView } from "../lib/webhooks/delivery.ts";
import type { DeliveryMessage, WebhookQueue } from "../lib/webhooks/ports.ts";
import type { WebhookPorts } from "../lib/webhooks/use-cases.ts";
import type { WebhookView } from "../lib/webhooks/webhook.ts";
import type { Answer, AppProcess, TestApp } from "./app.ts";
import { type Received, type Receiver, startReceiver } from "./receiver.ts";
import { must, requesting } from "./requesting.ts";
import { startStorageProxy } from "./storage-proxy.ts";

type Registered = WebhookView & { secret: string };
export type CloudEvent = { id: string; type: string; subject?: string; data: Record<string, unknown> } & Record<
  string,
  unknown
>;

/** What administrators and the host do with webhooks, and looks at what became of it. */
export function hooking(product: TestApp) {
  const agent = requesting(product);
  const running: { close: () => Promise<void> }[] = [];
  const keep = <T extends { close: () => Promise<void> }>(started: T): T => {
    running.push(started);
    return started;
  };
  const receiver = async (): Promise<Receiver> => keep(await startReceiver());
  /** Stands between a process and its storage until `close`. */
  const storageProxy = async () => keep(await startStorageProxy(product.around.storage));

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
    must(await call("GET", `/${id}/deliveries?top=1000`), 200).json<{ value: DeliveryView[] }>().value;

  /** The messages that wait in the queue and may be seen, taken out of it. */
  const messages = async () =>
    (await agent.messages("webhooks")).map(({ message, text }) => ({ message: message as DeliveryMessage, text }));

  /** Hands every message that may be seen to the queue function, one after another; answers how many there were. */
  const deliverAll = async (process = product.process()): Promise<number> => {
    const waiting = await messages();
    for (const { message } of waiting) await process.deliver("deliver-webhook", message);
    return waiting.length;
  };

  /** The product's own ports to storage, vault and receivers. */
  const ports = () => makeOutside(product.process().app.settings, product.clock.now).webhooks;

  /** A process whose queue is this list, each message with the time it may be seen, under the product's clock. */
  const processWithList = (change: Partial<WebhookPorts> = {}) => {
    const waiting: { message: DeliveryMessage; dueMs: number }[] = [];
    const { settings } = product.process().app;
    const outside = makeOutside(settings, product.clock.now);
    const queue: WebhookQueue = {
      send: async (message, delaySeconds = 0) =>
        void waiting.push({ message, dueMs: product.clock.now().getTime() + delaySeconds * 1000 }),
      sendToPoison: async () => undefined,
    };
    const webhooks = { ...outside.webhooks, queue, random: () => 0, ...change };
    const app = createApp(settings, product.clock.now, { ...outside, webhooks });
    /** Moves the clock to the next message that is due and hands it over; false when none is left. */
    const next = async (): Promise<boolean> => {
      const [first] = waiting.sort((a, b) => a.dueMs - b.dueMs);
      if (!first) return false;
      waiting.shift();
      product.clock.advance(Math.max(0, first.dueMs - product.clock.now().getTime()));
      await app.webhooks.deliver(first.message);
      return true;
    };
    return { app, waiting, next };
  };

  return {
    agent,
    ports,
    processWithList,
    receiver,
    storageProxy,
    call,
    create,
    look,
    deliveries,
    messages,
    deliverAll,
    close: async () => {
      await Promise.all(running.splice(0).map((each) => each.close()));
    },
  };
}

/** A delivery, verified as its receiver would, in the product's time. Throws when it is not signed by `secret`. */
export function verified({ headers, body }: Pick<Received, "headers" | "body">, secret: string): CloudEvent {
  const expected = signatureOf({ headers, body }, secret);
  if (!headers["webhook-signature"]?.split(" ").includes(expected)) throw new Error("not signed by this secret");
  return JSON.parse(body) as CloudEvent;
}

/** What `secret` makes of a delivery, by the package of the standard. */
export function signatureOf({ headers, body }: Pick<Received, "headers" | "body">, secret: string): string {
  const at = new Date(Number(headers["webhook-timestamp"]) * 1000);
  return new StandardWebhook(secret).sign(headers["webhook-id"] ?? "", at, body);
}
