import type { HttpRequest } from "@azure/functions";
import type { SignedMessage } from "../webhooks/inbound/signature.ts";

/** The headers of Standard Webhooks beside the body that they sign; what is missing is empty, and then signs nothing. */
export function signedBy(request: HttpRequest, body: Uint8Array): SignedMessage {
  const header = (name: string) => request.headers.get(name) ?? "";
  return {
    id: header("webhook-id"),
    timestamp: header("webhook-timestamp"),
    signatures: header("webhook-signature"),
    body,
  };
}
