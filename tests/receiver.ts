import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One call that a receiver got. */
export type Received = { method: string; path: string; headers: Record<string, string>; body: string };

/** How a receiver answers a delivery: a status, or whatever the function does. */
export type Behaviour = number | ((received: Received, response: ServerResponse) => void);

/** A system that gets webhooks, on this machine. It agrees to get them by the CloudEvents handshake unless told otherwise. */
export type Receiver = {
  url: string;
  /** Deliveries, without handshakes. */
  received: Received[];
  handshakes: Received[];
  /** Connections that were made to it. */
  connections: () => number;
  answer: (behaviour: Behaviour) => void;
  agree: (how: "handshake" | "echo" | "no") => void;
  close: () => Promise<void>;
};

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const handshakes: Received[] = [];
  let behaviour: Behaviour = 204;
  let agreement: "handshake" | "echo" | "no" = "handshake";
  let connections = 0;

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method = "", url: path = "" } = incoming;
    const call = { method, path, headers: plain(incoming), body: await read(incoming) };
    if (method === "OPTIONS") {
      handshakes.push(call);
      const origin = call.headers["webhook-request-origin"] ?? "";
      if (agreement !== "handshake") return void response.writeHead(405).end();
      return void response.writeHead(200, { "webhook-allowed-origin": origin }).end();
    }
    received.push(call);
    const { data } = JSON.parse(call.body) as { data: { challenge?: string } };
    if (data.challenge) return void response.writeHead(200).end(agreement === "echo" ? data.challenge : "ok");
    if (typeof behaviour === "number") return void response.writeHead(behaviour).end();
    behaviour(call, response);
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => incoming.socket.destroy());
  });
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    received,
    handshakes,
    connections: () => connections,
    answer: (next) => {
      behaviour = next;
    },
    agree: (how) => {
      agreement = how;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const plain = ({ headers }: IncomingMessage) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
