import { GraphError } from "@microsoft/microsoft-graph-client";
import type { SendResult } from "../../notifications/ports.ts";
import { retryAfterOf, transportKindOf } from "./client.ts";

/**
 * What became of one call that notifies somebody. Busy answers sent nothing and may be repeated; a broken or late one may
 * have sent it, so it is never repeated by itself. `refusalOf` names the reason of what Graph refused for good.
 */
export async function sendResultOf(
  call: Promise<unknown>,
  refusalOf: (status: number, message: string) => string,
): Promise<SendResult> {
  try {
    await call;
    return { state: "sent" };
  } catch (error) {
    return resultOf(error, refusalOf);
  }
}

function resultOf(error: unknown, refusalOf: (status: number, message: string) => string): SendResult {
  const kind = transportKindOf(error);
  if (kind === "not-sent") return { state: "later", afterSeconds: 30 };
  const { statusCode: status, message } = error instanceof GraphError ? error : { statusCode: -1, message: "" };
  if (status === 429 || status === 503) return { state: "later", afterSeconds: retryAfterOf(error) ?? 30 };
  if (status === 401) return { state: "later", afterSeconds: 30 };
  if (status >= 400 && status < 500) return { state: "failed", reason: refusalOf(status, message) };
  return { state: "unknown", reason: kind ?? `status-${status}` };
}
