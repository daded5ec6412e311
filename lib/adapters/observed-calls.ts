import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";

/** One call that left this process. Without `status` nobody answered. `operation` is the same for each try of one thing. */
export type ObservedCall = {
  host: string;
  /** It asks the managed identity for a token. */
  isForToken: boolean;
  hasCredential: boolean;
  operation: string | undefined;
  status: number | undefined;
  /** Until it began to answer, or failed. */
  durationMs: number;
};

/** Whoever makes calls: `note` takes each when it has ended, `underWay` holds those that have not. */
export type Caller = { note: (call: ObservedCall) => void; underWay: Set<ClientRequest> };

type Message = { request: ClientRequest; response?: IncomingMessage };

const leaving = new WeakMap<ClientRequest, { caller: Caller; startedMs: number }>();

/**
 * Hears of every HTTP call of this process from Node itself, so that SDKs and their repeats count like calls of our own.
 * `callerNow` says, when a call leaves, whose it is.
 */
export function observeCalls(callerNow: () => Caller | undefined): void {
  subscribe("http.client.request.start", (message) => {
    const { request } = message as Message;
    const caller = callerNow();
    if (!caller) return;
    caller.underWay.add(request);
    leaving.set(request, { caller, startedMs: performance.now() });
  });
  const end = (message: unknown) => endCall(message as Message);
  subscribe("http.client.response.finish", end);
  subscribe("http.client.request.error", end);
}

/** Ends what a caller gave up waiting for: Node tells of that only after whoever waited has gone on. */
export function endAbandoned({ underWay }: Caller): void {
  for (const request of underWay) if (request.destroyed) endCall({ request });
}

function endCall({ request, response }: Message): void {
  const left = leaving.get(request);
  if (!left) return;
  leaving.delete(request);
  left.caller.underWay.delete(request);
  left.caller.note(callOf(request, response?.statusCode, Math.round(performance.now() - left.startedMs)));
}

function callOf(request: ClientRequest, status: number | undefined, durationMs: number): ObservedCall {
  const operation = request.getHeader("x-ms-client-request-id");
  return {
    host: String(request.getHeader("host") ?? ""),
    isForToken: request.hasHeader("x-identity-header"),
    hasCredential: request.hasHeader("authorization"),
    operation: operation === undefined ? undefined : String(operation),
    status,
    durationMs,
  };
}
