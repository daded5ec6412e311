import type { Response } from "node-fetch";
import type { CallTarget, TargetCall } from "../webhooks/ports.ts";
import type { TargetAnswer } from "../webhooks/target-answer.ts";
import { isLoopbackUrl, targetProblem } from "../webhooks/target-url.ts";
import { isLoopbackAddress, isPublicAddress } from "./public-address.ts";
import { makeResolve, type Resolve } from "./public-names.ts";
import { until } from "./until.ts";

type Deps = { allowLoopback: boolean; resolve?: Resolve; timeoutMs?: number };

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** Where a call ends that may not be made; the other ends are told by the transport. */
class RefusedAddress extends Error {}

/**
 * Calls an address that somebody outside chose. Before each call its name is resolved once, each of its addresses must be
 * public, and the connection goes to one of those: a name that changes its mind in between changes nothing (DNS rebinding).
 * No redirect is followed, at most 64 KiB of the answer are read, and 15 s later it is over. With `allowLoopback` names of this
 * machine may be called, too, also by http.
 */
export function makeCallTarget({ allowLoopback, resolve = makeResolve(), timeoutMs = TIMEOUT_MS }: Deps): CallTarget {
  async function addressesOf(url: string): Promise<string[]> {
    if (targetProblem(url, { allowLoopback })) throw new RefusedAddress();
    const isOwn = isLoopbackUrl(url);
    const { hostname } = new URL(url);
    const addresses = await resolve(hostname.replace(/^\[(.*)\]$/, "$1"));
    const isFine = isOwn ? isLoopbackAddress : isPublicAddress;
    if (!addresses.every(isFine)) throw new RefusedAddress();
    return addresses;
  }

  return async (url, call) => {
    const startedMs = performance.now();
    const durationMs = () => Math.round(performance.now() - startedMs);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const addresses = await until(signal, addressesOf(url), "its name was not resolved in time");
      if (addresses.length === 0) return { outcome: "unreachable", durationMs: durationMs() };
      const answer = await post(url, call, addresses, signal);
      return { ...answer, durationMs: durationMs() };
    } catch (error) {
      return { outcome: outcomeOf(error, signal.aborted), durationMs: durationMs() };
    }
  };
}

async function post(url: string, { method, headers, body }: TargetCall, addresses: string[], signal: AbortSignal) {
  const [{ default: fetch }, { agentTo }] = await Promise.all([import("node-fetch"), import("./pinned-agent.ts")]);
  const response = await fetch(url, {
    method,
    headers: { "user-agent": "intune-remote-assistance-connector", ...headers },
    redirect: "manual",
    size: MAX_ANSWER_BYTES,
    signal,
    agent: agentTo(url, addresses),
    ...(body === undefined ? {} : { body }),
  });
  // Its status is the answer: a body that is too long or does not end takes nothing back.
  const text = await response.text().catch(() => "");
  return {
    outcome: "answered" as const,
    status: response.status,
    text,
    allowedOrigin: response.headers.get("webhook-allowed-origin") ?? undefined,
    retryAfterSeconds: retryAfterOf(response),
  };
}

/**
 * `Retry-After` in seconds; undefined when there is none that can be read (RFC 9110 section 10.2.3). A time is taken as a
 * span from the answer's own `Date`, so that the receiver's clock need not agree with ours.
 */
function retryAfterOf({ headers }: Response): number | undefined {
  const value = headers.get("retry-after") ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const seconds = /GMT$/.test(value) ? (Date.parse(value) - Date.parse(headers.get("date") ?? "")) / 1000 : Number.NaN;
  return seconds > 0 ? Math.ceil(seconds) : undefined;
}

function outcomeOf(error: unknown, isTimedOut: boolean): Exclude<TargetAnswer["outcome"], "answered"> {
  if (error instanceof RefusedAddress) return "refused-address";
  if (isTimedOut) return "timeout";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return ["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"].includes(code) ? "cut" : "unreachable";
}
