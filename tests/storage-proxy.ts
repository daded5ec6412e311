import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One call that came through. `about` names method, path and, of a transaction, what it changes. */
export type StorageCall = { service: "table" | "queue"; about: string; status: number };

/**
 * What to do to calls whose `about` fits, after the first `skip`: answer a status (with `headers`, `body`), never answer, cut
 * the connection before the call, or do it and then cut (`times` calls, default one; 0: all).
 */
type StorageFault = {
  about: RegExp;
  behaviour: number | "hang" | "reset" | "reset-after";
  skip?: number;
  times?: number;
  headers?: Record<string, string>;
  body?: string;
};

/** Stands between the app and its storage account: counts the calls and makes them fail. */
export type StorageProxy = {
  connectionString: string;
  calls: StorageCall[];
  fail: (fault: StorageFault) => void;
  /** Lets calls that fit wait until `release`; `reached` tells when the first one arrived. */
  hold: (about: RegExp) => { reached: Promise<void>; release: () => void };
  clear: () => void;
  close: () => Promise<void>;
};

type Storage = { connectionString: string; tableUrl: string; queueUrl: string };

export async function startStorageProxy(storage: Storage): Promise<StorageProxy> {
  const agent = new Agent({ keepAlive: true });
  const calls: StorageCall[] = [];
  let faults: (StorageFault & { seen: number; struck: number })[] = [];
  const strikes = (fault: (typeof faults)[number], about: string) => {
    if (!fault.about.test(about)) return false;
    fault.seen += 1;
    return fault.seen > (fault.skip ?? 0) && (fault.times === 0 || fault.struck < (fault.times ?? 1));
  };
  let gates: { about: RegExp; arrive: () => void; open: Promise<void> }[] = [];

  const serve = async (
    service: StorageCall["service"],
    targetUrl: string,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ) => {
    const body = await read(incoming);
    const about = `${incoming.method} ${decodeURIComponent(incoming.url ?? "")} ${body}`;
    const gate = gates.find((each) => each.about.test(about));
    gate?.arrive();
    await gate?.open;
    const fault = faults.find((each) => strikes(each, about));
    if (fault) fault.struck += 1;
    const call = { service, about, status: 0 };
    calls.push(call);
    if (fault?.behaviour === "hang") return;
    if (fault?.behaviour === "reset") return void incoming.socket.destroy();
    if (typeof fault?.behaviour === "number") {
      call.status = fault.behaviour;
      return void outgoing.writeHead(fault.behaviour, fault.headers).end(fault.body);
    }
    const { hostname, port } = new URL(targetUrl);
    const { method, url: path, headers } = incoming;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ agent, hostname, port, method, path, headers }, resolve).on("error", reject).end(body);
    });
    const answered = await read(answer);
    call.status = answer.statusCode ?? 0;
    if (fault?.behaviour === "reset-after") return void incoming.socket.destroy();
    const { "transfer-encoding": _, ...kept } = answer.headers;
    outgoing.writeHead(call.status, { ...kept, "content-length": Buffer.byteLength(answered) }).end(answered);
  };

  const servers = await Promise.all(
    (["table", "queue"] as const).map(async (service) => {
      const target = service === "table" ? storage.tableUrl : storage.queueUrl;
      const server = createServer((incoming, outgoing) => {
        serve(service, target, incoming, outgoing).catch(() => incoming.socket.destroy());
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return { server, target, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/devstoreaccount1` };
    }),
  );

  return {
    connectionString: servers.reduce(
      (text, { target, url }) => text.replaceAll(`${target};`, `${url};`),
      storage.connectionString,
    ),
    calls,
    fail: (fault) => void faults.push({ ...fault, seen: 0, struck: 0 }),
    hold(about) {
      const arrived = Promise.withResolvers<void>();
      const opened = Promise.withResolvers<void>();
      const gate = { about, arrive: arrived.resolve, open: opened.promise };
      gates.push(gate);
      const release = () => {
        gates = gates.filter((each) => each !== gate);
        opened.resolve();
      };
      return { reached: arrived.promise, release };
    },
    clear() {
      faults = [];
      calls.splice(0);
    },
    async close() {
      agent.destroy();
      await Promise.all(
        servers.map(
          ({ server }) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve());
              server.closeAllConnections();
            }),
        ),
      );
    },
  };
}

async function read(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
