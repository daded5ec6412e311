import type { TokenCredential } from "@azure/identity";
import { Client, type Context, GraphError } from "@microsoft/microsoft-graph-client";
import { AppError } from "../../errors.ts";
import { type Outbound, OutboundError, outboundKindOf } from "../outbound.ts";
import { unusable } from "./answer.ts";

type Deps = { graphUrl: string; credential: TokenCredential; outbound: Outbound; newId: () => string };

const GRAPH = "https://graph.microsoft.com";
const TIMEOUT_MS = 10_000;
const NO_TOKEN = "the managed identity gives no token for Microsoft Graph";

/** National clouds have addresses, and so token audiences, of their own (learn.microsoft.com/graph/deployments). */
const CLOUDS = [
  GRAPH,
  "https://graph.microsoft.us",
  "https://dod-graph.microsoft.us",
  "https://microsoftgraph.chinacloudapi.cn",
];

/**
 * Microsoft Graph's client with one middleware of our own instead of its chain: its retries would send a notification
 * twice, it has no deadline, and it drops the token on addresses it does not know.
 */
export function makeGraphClient({ graphUrl, credential, outbound, newId }: Deps): Client {
  const audience = audienceOf(graphUrl);
  const execute = async (context: Context): Promise<void> => {
    const asked = new URL(String(context.request));
    const token = await tokenOf(credential, audience);
    const headers = { ...plainHeaders(context), authorization: `Bearer ${token}`, "client-request-id": newId() };
    const { method = "GET", body } = context.options ?? {};
    const answer = await outbound(`${graphUrl}${asked.pathname}${asked.search}`, {
      method,
      headers,
      body: typeof body === "string" ? body : undefined,
      timeoutMs: TIMEOUT_MS,
    });
    // The client would read an empty answer as whatever its content type says, and call it broken.
    if (answer.text === "") answer.headers.delete("content-type");
    const answerHeaders = Object.fromEntries(answer.headers.entries());
    context.response = new Response(answer.text || null, { status: answer.status, headers: answerHeaders });
  };
  return Client.initWithMiddleware({ middleware: { execute }, baseUrl: `${GRAPH}/`, defaultVersion: "v1.0" });
}

/** What tokens for Microsoft Graph at this address are for. */
export function audienceOf(graphUrl: string): string {
  return CLOUDS.includes(graphUrl) ? graphUrl : GRAPH;
}

async function tokenOf(credential: TokenCredential, audience: string): Promise<string> {
  try {
    const token = await credential.getToken(`${audience}/.default`);
    if (token) return token.token;
  } catch (error) {
    throw new OutboundError("not-sent", NO_TOKEN, error);
  }
  throw new OutboundError("not-sent", NO_TOKEN);
}

function plainHeaders({ options }: Context): Record<string, string> {
  return Object.fromEntries(new Headers((options?.headers ?? {}) as Record<string, string>).entries());
}

/** What a failed Graph call means to our callers. Graph's own text may hold addresses and ids, so it is only the cause. */
export function translateGraphError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const status = error instanceof GraphError ? error.statusCode : 0;
  const kind = transportKindOf(error);
  if (status === 403) {
    const text = `Microsoft Graph refuses this app${scopesNamedIn(error)}. Grant its identity the permission and consent to it. Its token tells of it at the latest after a day.`;
    return new AppError("upstream-invalid", text, { cause: error });
  }
  if (kind === "not-sent" && error instanceof Error && error.message === NO_TOKEN) {
    const text =
      "Microsoft Graph cannot be asked: the managed identity endpoint gives this app no token. Assign the identity to the app, and name it in AZURE_CLIENT_ID if it is user-assigned.";
    return new AppError("upstream-unavailable", text, { cause: error, retryAfterSeconds: 30 });
  }
  if (kind === "timeout")
    return new AppError("upstream-timeout", "Microsoft Graph did not answer in time. Try again.", { cause: error });
  if (status === 429 || status >= 500 || status === 401 || kind) {
    const text = "Microsoft Graph cannot be reached or is busy. Try again in half a minute.";
    return new AppError("upstream-unavailable", text, { cause: error, retryAfterSeconds: retryAfterOf(error) ?? 30 });
  }
  return unusable(error);
}

/** What went wrong before or during the transport; undefined when Graph answered. */
export function transportKindOf(error: unknown) {
  return error instanceof GraphError && error.statusCode === -1 ? outboundKindOf(error.code) : undefined;
}

/** Intune names the scopes it wants inside its message: "must have one of the following scopes: A, B - Operation ID". */
function scopesNamedIn(error: unknown): string {
  const text = error instanceof GraphError ? `${error.message} ${String(error.body ?? "")}` : "";
  const scopes = /following scopes: ((?:(?:, )?[A-Za-z]+(?:\.[A-Za-z]+)+)+)/.exec(text)?.[1];
  return scopes ? ` (it wants ${scopes})` : "";
}

/** `Retry-After` in seconds, at most ten minutes; undefined when there is none that can be read (RFC 9110 section 10.2.3). */
export function retryAfterOf(error: unknown): number | undefined {
  const value = error instanceof GraphError ? error.headers?.get("retry-after") : undefined;
  const seconds = value && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
  return seconds === undefined ? undefined : Math.min(600, Math.max(1, seconds));
}
