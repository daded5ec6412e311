import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "@jest/globals";
import { type CircuitChange, makeOutbound, type Outbound } from "../../../lib/adapters/outbound.ts";

const OPEN_MS = 300;
/** A timer may end a moment before the clock says so. */
const CLOCKS_DIFFER_MS = 50;
const LEFT_ALONE = expect.stringContaining("left alone");
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await stop(server);
});

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}

/** A server that answers as `answer` says at the moment, and counts. */
async function serve(answer: RequestListener, port = 0) {
  const state = { answer, asked: 0 };
  const server = createServer((request, response) => {
    state.asked += 1;
    state.answer(request, response);
  });
  servers.push(server);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: taken } = server.address() as AddressInfo;
  return { state, server, port: taken, url: `http://127.0.0.1:${taken}`, host: `127.0.0.1:${taken}` };
}

function watched(...urls: string[]) {
  const changes: CircuitChange[] = [];
  const call = makeOutbound(urls, { openMs: OPEN_MS, onCircuit: (change) => changes.push(change) });
  return { call, changes };
}

const well: RequestListener = (_, response) => void response.end("well");
const cut: RequestListener = (request) => void request.socket.destroy();
const silent: RequestListener = () => undefined;

/** The kinds of so many failures in a row; an answer counts as its status. */
async function endings(call: Outbound, url: string, count: number, timeoutMs = 1000): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let each = 0; each < count; each += 1)
    found.push(
      await call(url, { timeoutMs }).then(
        ({ status }) => status,
        ({ kind }: { kind: string }) => kind,
      ),
    );
  return found;
}

test.each<[string, RequestListener, string, number]>([
  ["cuts the connection", cut, "cut", 1000],
  ["never answers", silent, "timeout", 60],
])(
  "A service that %s five times in a row is left alone: calls end at once as not sent, and none arrives",
  async (_, answer, kind, timeoutMs) => {
    const { state, url, host } = await serve(answer);
    const { call, changes } = watched(url);
    expect(await endings(call, url, 5, timeoutMs)).toEqual(Array(5).fill(kind));
    const startedMs = performance.now();
    expect(await endings(call, url, 10, timeoutMs)).toEqual(Array(10).fill("not-sent"));
    expect(performance.now() - startedMs).toBeLessThan(100);
    expect(state.asked).toBe(5);
    expect(changes).toEqual([{ host, state: "open" }]);
    await expect(call(`${url}/secret?x=1`, { timeoutMs })).rejects.toMatchObject({
      kind: "not-sent",
      message: expect.not.stringContaining("secret"),
    });
  },
);

test("A service that takes no connection is left alone, too, and told of once", async () => {
  const { server, url, host } = await serve(well);
  await stop(server);
  const { call, changes } = watched(url);
  expect(await endings(call, url, 5)).toEqual(Array(5).fill("not-sent"));
  await expect(call(url, { timeoutMs: 1000 })).rejects.toMatchObject({ message: LEFT_ALONE });
  expect(changes).toEqual([{ host, state: "open" }]);
});

test("After a while one call tries; while it is under way the others still end at once, and its answer lets all through", async () => {
  const { state, url, host } = await serve(cut);
  const { call, changes } = watched(url);
  await endings(call, url, 5);
  await delay(OPEN_MS + CLOCKS_DIFFER_MS);
  const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
  state.answer = (_, response) => void isOver.then(() => response.end("well"));
  const probe = call(url, { timeoutMs: 2000 });
  expect(await endings(call, url, 3)).toEqual(Array(3).fill("not-sent"));
  end();
  expect(await probe).toMatchObject({ text: "well" });
  state.answer = well;
  expect(await endings(call, url, 3)).toEqual([200, 200, 200]);
  expect(state.asked).toBe(9);
  expect(changes).toEqual([
    { host, state: "open" },
    { host, state: "closed" },
  ]);
});

test("A call that tries and fails ends as what it was, never as not sent, and closes the door again without a word", async () => {
  const { state, url, host } = await serve(cut);
  const { call, changes } = watched(url);
  await endings(call, url, 5);
  await delay(OPEN_MS + CLOCKS_DIFFER_MS);
  expect(await endings(call, url, 3)).toEqual(["cut", "not-sent", "not-sent"]);
  expect(state.asked).toBe(6);
  expect(changes).toEqual([{ host, state: "open" }]);
});

test.each<[string, RequestListener, unknown]>([
  ["500", (_, response) => void response.writeHead(500).end(), 500],
  ["503", (_, response) => void response.writeHead(503).end(), 503],
  ["429", (_, response) => void response.writeHead(429).end(), 429],
  ["a redirect", (_, response) => void response.writeHead(302, { location: "/" }).end(), "redirected"],
  ["too much", (_, response) => void response.end(Buffer.alloc(1024 * 1024 + 1)), "too-large"],
])(
  "A service that answers %s is not dead, however often, and such an answer breaks the row",
  async (_, answer, ending) => {
    const { state, url } = await serve(answer);
    const { call, changes } = watched(url);
    expect(await endings(call, url, 7)).toEqual(Array(7).fill(ending));
    for (let round = 0; round < 2; round += 1) {
      state.answer = cut;
      await endings(call, url, 4);
      state.answer = answer;
      expect(await endings(call, url, 1)).toEqual([ending]);
    }
    expect(changes).toEqual([]);
  },
);

test("An address that we refuse ourselves says nothing about a service", async () => {
  const { url } = await serve(well);
  const { call, changes } = watched(url);
  for (let each = 0; each < 6; each += 1)
    await expect(call("https://elsewhere.example/", { timeoutMs: 100 })).rejects.toMatchObject({
      code: "upstream-invalid",
    });
  expect(await endings(call, url, 1)).toEqual([200]);
  expect(changes).toEqual([]);
});

test("Each service has a circuit of its own, and so has each process", async () => {
  const [dead, alive] = [await serve(cut), await serve(well)];
  const { call } = watched(dead.url, alive.url);
  await endings(call, dead.url, 6);
  expect(await endings(call, alive.url, 1)).toEqual([200]);
  expect(await endings(watched(dead.url).call, dead.url, 1)).toEqual(["cut"]);
});

test("A call that may not be skipped goes out all the same", async () => {
  const { state, url } = await serve(cut);
  const { call } = watched(url);
  await endings(call, url, 6);
  state.answer = well;
  expect(await call(url, { timeoutMs: 1000, isUnskippable: true })).toMatchObject({ text: "well" });
  expect(await endings(call, url, 1)).toEqual(["not-sent"]);
});

test("Many calls at once that all fail open the circuit once", async () => {
  const { url, port, host } = await serve(cut);
  connect(port, "127.0.0.1").destroy();
  const { call, changes } = watched(url);
  const all = await Promise.allSettled(Array.from({ length: 40 }, () => call(url, { timeoutMs: 1000 })));
  for (const { status } of all) expect(status).toBe("rejected");
  expect(changes).toEqual([{ host, state: "open" }]);
});
