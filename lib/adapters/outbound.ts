import fetch, { type RequestInit, type Response } from "node-fetch";
import { AppError } from "../errors.ts";

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
};

/** An answer read to its end. */
export type OutboundAnswer = { status: number; headers: Headers; text: string };

/** Every call that is not an Azure SDK's goes through here. */
export type Outbound = (url: string, request: OutboundRequest) => Promise<OutboundAnswer>;

const MAX_ANSWER_BYTES = 1024 * 1024;
const NOT_SENT_CODES = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

/**
 * Calls `allowedOrigins` only, follows no redirect, reads at most 1 MiB and ends at `timeoutMs` in all, however slowly the
 * other side drips. Throws OutboundError; its text names the host alone, never the path, query or any header.
 */
export function makeOutbound(allowedOrigins: readonly string[]): Outbound {
  const allowed = new Set(allowedOrigins.map((origin) => new URL(origin).origin));
  return async (url, { method = "GET", headers = {}, body, timeoutMs }) => {
    const { origin, host } = new URL(url);
    if (!allowed.has(origin))
      throw new AppError("upstream-invalid", `An address outside the configured services was refused (${host}).`);
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
      const response = await fetch(url, init);
      if (response.status >= 300 && response.status < 400 && response.status !== 304) {
        response.body?.resume?.call(response.body);
        throw new OutboundError("redirected", `${host} answered with a redirect, which is not followed`);
      }
      return { status: response.status, headers: headersOf(response), text: await response.text() };
    } catch (error) {
      throw error instanceof OutboundError ? error : translate(error, host, signal.aborted, timeoutMs);
    }
  };
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
