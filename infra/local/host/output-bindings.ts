import type { RegisteredFunction } from "./core.ts";
import type { BindingInfo, InvocationResponse, TypedData } from "./core-api.ts";
import { encodeText } from "./queue-message.ts";
import type { OpenQueue } from "./storage.ts";

type Options = {
  openQueue: OpenQueue;
  encoding: "base64" | "none";
  resolve: (text: string) => string;
  onSent: (queueName: string) => void;
};

/** Puts what a function gave to its queue outputs into the queues, after the handler and before the answer, as the host does. */
export function queueOutputs({ openQueue, encoding, resolve, onSent }: Options) {
  const send = async (binding: BindingInfo, data: TypedData) => {
    const queue = openQueue(binding.connection as string | undefined, resolve(String(binding.queueName)));
    for (const body of messagesOf(data)) {
      const text = encodeText(body, encoding);
      await queue.sendMessage(text).catch(async (error: { statusCode?: number }) => {
        if (error.statusCode !== 404) throw error;
        await queue.createIfNotExists();
        await queue.sendMessage(text);
      });
    }
    onSent(queue.name);
  };

  return async ({ metadata }: RegisteredFunction, { outputData = [], returnValue }: InvocationResponse) => {
    const given = new Map(outputData.map(({ name, data }) => [name, data]));
    if (returnValue) given.set("$return", returnValue);
    for (const [name, binding] of Object.entries(metadata.bindings)) {
      const data = given.get(name);
      if (data && binding.direction === "out" && binding.type === "queue") await send(binding, data);
    }
  };
}

/** An array gives one message per element. */
function messagesOf(data: TypedData): (string | Uint8Array)[] {
  if (data.bytes) return [data.bytes];
  if (data.string !== undefined) return [data.string];
  if (data.json === undefined) return [String(data.int ?? data.double)];
  const value: unknown = JSON.parse(data.json);
  const elements = Array.isArray(value) ? value : [value];
  return elements.map((element) => (typeof element === "string" ? element : JSON.stringify(element)));
}
