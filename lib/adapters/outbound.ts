import type { RequestInit, Response } from "node-fetch";
import { AppError } from "../errors.ts";
import { type Circuit, makeCircuit } from "./circuit.ts";
import { whenNeeded } from "./when-needed.ts";

const NAME = "Outbound:";
const kinds = ["not-sent", "timeout", "cut", "too-large", "redirected"] as const;

/** The kind that an error's `name` tells, undefined when it is not an OutboundError's. */
export const outboundKindOf = (name: string | null | undefined) => kinds.find((kind) => name === `${NAME}${kind}`);

/** `not-sent`: the connection was never made, so nothing can have happened there. */
export class OutboundError extends Error {
  readonly kind: (typeof kinds)[number];

  constructor(kind: OutboundError["kind"], message: string, cause?: unknown) {
    super(message, { cause });
    // The kind stands in the name because Microsoft's Graph client keeps of a transport error only name and message.
    this.name = `${NAME}${kind}`;
    this.kind = kind;
  }
}

export type OutboundRequest = {
  method?: string;
  headers?: Record<string, string>;
  body?: string | undefined;
  timeoutMs: number;
  /** Goes out even to a service that is known to be dead: skipping it would lose what no later call brings back. */
  isUnskippable?: boolean;
};

/** An answer read to its end. */
export type OutboundAnswer = { status: number; headers: Headers; text: string };

/** Every call that is not an Azure SDK's goes through here. */
export type Outbound = (url: string, request: OutboundRequest) => Promise<OutboundAnswer>;

/** A service is taken for dead, or answers again. */
export type CircuitChange = { host: string; state: "open" | "closed" };
type Options = { onCircuit?: (change: CircuitChange) => void; openMs?: number };

const MAX_ANSWER_BYTES = 1024 * 1024;
/** How long a dead service is left alone. */
const OPEN_MS = 5_000;
/** What a service that answers, however badly, does not give. */
const DEAD_KINDS: readonly OutboundError["kind"][] = ["not-sent", "timeout", "cut"];
const NOT_SENT_CODES = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

/**
 * Calls `allowedOrigins` only, follows no redirect, reads at most 1 MiB and ends at `timeoutMs` in all, however slowly the
 * other side drips. An origin that five calls in a row could not reach is left alone for `openMs`: calls end as `not-sent`
 * at once. Throws OutboundError; its text names the host alone, never the path, query or any header.
 */
export function makeOutbound(
  allowedOrigins: readonly string[],
  { onCircuit = () => undefined, openMs = OPEN_MS }: Options = {},
): Outbound {
  const circuitOf = (host: string): Circuit =>
    makeCircuit({
      isDead: (error) => error instanceof OutboundError && DEAD_KINDS.includes(error.kind),
      refusal: () => new OutboundError("not-sent", `${host} did not answer lately and is left alone for some seconds`),
      onChange: (state) => onCircuit({ host, state }),
      openMs,
    });
  const origins = new Set(allowedOrigins.map((each) => new URL(each).origin));
  const circuits = new Map([...origins].map((origin) => [origin, circuitOf(new URL(origin).host)]));

  return async (url, request) => {
    const { origin, host } = new URL(url);
    const circuit = circuits.get(origin);
    if (!circuit)
      throw new AppError("upstream-invalid", `An address outside the configured services was refused (${host}).`);
    const call = () => send(url, host, request);
    return request.isUnskippable ? call() : circuit(call);
  };
}

const nodeFetch = whenNeeded(async () => (await import("node-fetch")).default);

async function send(url: string, host: string, request: OutboundRequest): Promise<OutboundAnswer> {
  const { method = "GET", headers = {}, body, timeoutMs } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  const init: RequestInit = {
    method,
    headers,
    redirect: "manual",
    size: MAX_ANSWER_BYTES,
    signal,
    ...(body === undefined ? {} : { body }),
  };
  try {
    const fetch = await nodeFetch();
    const response = await fetch(url, init);
    if (response.status >= 300 && response.status < 400 && response.status !== 304) {
      response.body?.resume?.call(response.body);
      throw new OutboundError("redirected", `${host} answered with a redirect, which is not followed`);
    }
    return { status: response.status, headers: headersOf(response), text: await response.text() };
  } catch (error) {
    throw error instanceof OutboundError ? error : translate(error, host, signal.aborted, timeoutMs);
  }
}

function headersOf(response: Response): Headers {
  const headers = new Headers();
  response.headers.forEach((value, name) => {
    headers.append(name, value);
  });
  return headers;
}

function translate(error: unknown, host: string, isTimedOut: boolean, timeoutMs: number): OutboundError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const type = error instanceof Error && "type" in error ? String(error.type) : "";
  if (isTimedOut) return new OutboundError("timeout", `${host} did not answer within ${timeoutMs} ms`, error);
  if (type === "max-size")
    return new OutboundError("too-large", `${host} answered with more than ${MAX_ANSWER_BYTES} bytes`, error);
  if (NOT_SENT_CODES.includes(code)) return new OutboundError("not-sent", `${host} cannot be reached (${code})`, error);
  return new OutboundError("cut", `the connection to ${host} broke (${code || "unknown"})`, error);
}
