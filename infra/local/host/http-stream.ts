import { randomUUID } from "node:crypto";
import { Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import { Server } from "node:net";
import { pipeline } from "node:stream/promises";
import type { RegisteredFunction } from "./core.ts";
import type { TypedData } from "./core-api.ts";
import { sendEmpty } from "./http-message.ts";
import type { Invoke } from "./invoke.ts";

type Request = {
  registered: RegisteredFunction;
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  params: Record<string, string>;
  body: Buffer;
};

/** What a proxy keeps for the connection behind it (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "x-ms-invocation-id"];

/**
 * Serves functions of an app with `enableHttpStream`: the invocation goes to the worker without the request, which is
 * forwarded to the worker's own server and answered by it as it goes (azure-functions-host, DefaultHttpProxyService.cs).
 */
export function streamingHttp(workerUrl: string, invoke: Invoke) {
  const agent = new Agent({ keepAlive: true });
  // The worker calls it localhost, which may be another address than the one it listens on.
  const { port } = new URL(workerUrl);

  const serve = async ({ registered, incoming, outgoing, params, body }: Request) => {
    const invocationId = randomUUID();
    const headers = headersOf(incoming);
    const traceParent = incoming.headers.traceparent?.toString();
    const triggerMetadata = {
      ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { string: value }])),
      Headers: { json: JSON.stringify(headers) } satisfies TypedData,
      Query: { json: "{}" } satisfies TypedData,
    };
    const invoked = invoke(registered, { trigger: { http: {} }, triggerMetadata, traceParent, invocationId });
    const ask = request({
      agent,
      host: "127.0.0.1",
      port,
      method: incoming.method,
      path: incoming.url,
      headers: {
        ...headers,
        "content-length": body.length,
        "x-ms-invocation-id": invocationId,
        "x-forwarded-host": incoming.headers.host ?? "",
        "x-forwarded-proto": "http",
      },
    });
    // A function that fails answers nothing by itself.
    const failed = invoked.then(
      () => undefined,
      () => void ask.destroy(),
    );
    // Nobody waits any more: the worker is told.
    outgoing.once("close", () => ask.destroy());
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        ask.once("response", resolve).on("error", reject).end(body);
      });
      outgoing.writeHead(answer.statusCode ?? 200, kept(answer.rawHeaders));
      await pipeline(answer, outgoing);
    } catch {
      if (outgoing.headersSent) outgoing.destroy();
      else sendEmpty(outgoing, 500);
    }
    await failed;
  };
  return { serve, stop: () => agent.destroy() };
}

/** Runs `start` so that a server which names no address in it listens on loopback: the worker's would be open to the network. */
export async function onLoopback<T>(start: () => Promise<T>): Promise<T> {
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...given: never[]) {
    const [first, ...rest] = given as unknown[];
    const onListening = [first, ...rest].find((each) => typeof each === "function") as (() => void) | undefined;
    const port = typeof first === "number" ? first : 0;
    return listen.call(this, { port, host: "127.0.0.1" } as never, onListening as never);
  } as typeof listen;
  try {
    return await start();
  } finally {
    Server.prototype.listen = listen;
  }
}

function headersOf({ headersDistinct }: IncomingMessage): Record<string, string> {
  const headers = Object.entries(headersDistinct).filter(([name]) => !HOP_BY_HOP.includes(name));
  return Object.fromEntries(headers.map(([name, values = []]) => [name, values.join(name === "cookie" ? "; " : ",")]));
}

function kept(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => {
    const name = rawHeaders[index - (index % 2)]?.toLowerCase() ?? "";
    return !HOP_BY_HOP.includes(name) && name !== "date";
  });
}
