import type { DequeuedMessageItem } from "@azure/storage-queue";
import type { TypedData } from "./core-api.ts";
import type { QueueOptions } from "./host-json.ts";
import type { Invocation } from "./invoke.ts";

type Encoding = QueueOptions["messageEncoding"];
type Decodable = Pick<DequeuedMessageItem, "messageText">;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function encodeText(body: string | Uint8Array, encoding: Encoding): string {
  return Buffer.from(body).toString(encoding === "base64" ? "base64" : "utf8");
}

/** The invocation of a received message; throws when its text is not in the encoding that host.json names. */
export function toInvocation(message: DequeuedMessageItem, encoding: Encoding, dataType: unknown): Invocation {
  const bytes = decode(message, encoding);
  const text = bytes.toString("utf8");
  return {
    // The library parses a text that is JSON; the host hands it on as it is.
    trigger: dataType === "binary" ? { bytes } : { string: text },
    triggerMetadata: { ...builtInMetadata(message, text), ...propertiesOf(text) },
  };
}

function decode({ messageText }: Decodable, encoding: Encoding): Buffer {
  if (encoding === "none") return Buffer.from(messageText, "utf8");
  if (!BASE64.test(messageText)) throw new Error("The message is not base64; host.json says messageEncoding base64.");
  return Buffer.from(messageText, "base64");
}

/** QueueTriggerBinding.CreateBindingData (azure-sdk-for-net): numbers and times travel as JSON, texts as texts. */
function builtInMetadata(message: DequeuedMessageItem, text: string): Record<string, TypedData> {
  const time = (at: Date) => ({ json: JSON.stringify(at.toISOString().replace(/\.\d+Z$/, "+00:00")) });
  return {
    QueueTrigger: { string: text },
    DequeueCount: { json: String(message.dequeueCount) },
    ExpirationTime: time(message.expiresOn),
    Id: { string: message.messageId },
    InsertionTime: time(message.insertedOn),
    NextVisibleTime: time(message.nextVisibleOn),
    PopReceipt: { string: message.popReceipt },
  };
}

const BUILT_IN = [
  "QueueTrigger",
  "DequeueCount",
  "ExpirationTime",
  "Id",
  "InsertionTime",
  "NextVisibleTime",
  "PopReceipt",
];

/**
 * The members of a JSON message become trigger metadata too, and hide built-in ones of the same name, whatever the case:
 * a message with an `id` hides the message id (azure-functions-host, Utility.ApplyBindingData).
 */
function propertiesOf(text: string): Record<string, TypedData> {
  if (!text.trimStart().startsWith("{")) return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof body !== "object" || body === null) return {};
  const members = Object.entries(body).filter(([, value]) => value !== null && !Array.isArray(value));
  return Object.fromEntries(
    members.map(([name, value]) => {
      const known = BUILT_IN.find((each) => each.toLowerCase() === name.toLowerCase());
      return [known ?? name, typeof value === "string" ? { string: value } : { json: JSON.stringify(value) }];
    }),
  );
}
