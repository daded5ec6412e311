import {
  AuthenticationHandler,
  Client,
  type Context,
  type GraphError,
  type Middleware,
  RetryHandler,
  RetryHandlerOptions,
  TelemetryHandler,
} from "@microsoft/microsoft-graph-client";
import nodeFetch, { type RequestInit } from "node-fetch";

const GRAPH = "https://graph.microsoft.com";

/** A token as Entra gives them for Graph, as far as a stand-in looks: well formed, with these claims. */
export function graphToken(claims: Record<string, unknown> = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256", typ: "JWT" })}.${part({ aud: GRAPH, idtyp: "app", ...claims })}.c2lnbmF0dXJl`;
}

/** Microsoft's Graph client as it is, except that its last step calls `url` by node-fetch instead of graph.microsoft.com. */
export function graphClient(url: string, token: string | null = graphToken()): Client {
  const authentication = new AuthenticationHandler({ getAccessToken: async () => token ?? "" });
  const retry = new RetryHandler(
    new RetryHandlerOptions(0.01, 1, (_delay, _attempt, _request, options) => options?.method === "GET"),
  );
  const telemetry = new TelemetryHandler();
  const last: Middleware = {
    async execute(context: Context) {
      const asked = String(context.request).replace(GRAPH, url);
      const options = context.options as unknown as RequestInit & { headers: Record<string, string> };
      if (token === null) delete options.headers.Authorization;
      context.response = (await nodeFetch(asked, options)) as unknown as Response;
    },
  };
  authentication.setNext(retry);
  retry.setNext(telemetry);
  telemetry.setNext(last);
  return Client.initWithMiddleware({ middleware: authentication });
}

/** A link of the stand-in's, as the client takes it: it goes to graph.microsoft.com only. */
export function followable(url: string, link: string): string {
  if (!link.startsWith(`${url}/`)) throw new Error(`${link} leads away from ${url}`);
  return link.replace(url, GRAPH);
}

/** The error a call ends with. */
export async function failure(call: Promise<unknown>): Promise<GraphError> {
  try {
    await call;
  } catch (error) {
    return error as GraphError;
  }
  throw new Error("the call succeeded");
}
