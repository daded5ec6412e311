import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One call that reached the front. */
export type FrontCall = { method: string; path: string; body: string; headers: IncomingMessage["headers"] };

/** What was answered behind the front. */
export type Passed = { status: number; headers: IncomingMessage["headers"]; text: string };

/**
 * What the front does with a call: answers, drips, cuts or never answers by itself, or lets it through. `pass` does the work
 * behind the front and gives the answer, `send` hands an answer on.
 */
export type Misbehaviour = (
  call: FrontCall,
  response: ServerResponse,
  pass: () => Promise<Passed>,
  send: (answer: Passed) => void,
) => unknown;

/** Stands in front of one service, so that one process of the product sees it misbehave and all others do not. */
export type Front = { url: string; calls: FrontCall[]; close: () => Promise<void> };

export const passOn: Misbehaviour = async (_call, _response, pass, send) => send(await pass());

export async function startFront(target: string, misbehave: Misbehaviour = passOn): Promise<Front> {
  const agent = new Agent({ keepAlive: true });
  const calls: FrontCall[] = [];
  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method = "GET", url: path = "/", headers } = incoming;
    const call = { method, path, headers, body: await read(incoming) };
    calls.push(call);
    const pass = async (): Promise<Passed> => {
      const { hostname, port } = new URL(target);
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        request({ agent, hostname, port, method, path, headers }, resolve).on("error", reject).end(call.body);
      });
      return { status: answer.statusCode ?? 0, headers: answer.headers, text: await read(answer) };
    };
    const send = ({ status, headers: { "transfer-encoding": _, ...kept }, text }: Passed) => {
      if (!response.destroyed)
        response.writeHead(status, { ...kept, "content-length": Buffer.byteLength(text) }).end(text);
    };
    await misbehave(call, response, pass, send);
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers calls of `method` to `path` with a status (the first `times` of them, 0: all); everything else passes. */
export function answering(
  { method, path, times = 1 }: { method?: string; path: RegExp; times?: number },
  answer: { status: number; headers?: Record<string, string>; body?: unknown },
): Misbehaviour {
  let struck = 0;
  return async (call, response, pass, send) => {
    const isMeant = (!method || call.method === method) && path.test(call.path) && (times === 0 || struck < times);
    if (!isMeant) return send(await pass());
    struck += 1;
    const { status, headers = {}, body = {} } = answer;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
  };
}

async function read(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
