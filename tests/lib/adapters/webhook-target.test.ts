import diagnostics from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { type AddressInfo, setDefaultAutoSelectFamily } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Resolve } from "../../../lib/adapters/public-names.ts";
import { makeCallTarget } from "../../../lib/adapters/webhook-target.ts";
import type { TargetCall } from "../../../lib/webhooks/ports.ts";
import { type Receiver, startReceiver } from "../../receiver.ts";
import { privateAddresses, privateUrls, publicAddresses } from "./private-addresses.ts";

const call: TargetCall = { method: "POST", headers: { "x-own": "yes" }, body: '{"data":{}}' };
const answering =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses;

const whereIPv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === "::1")
  ? test
  : test.skip;

/** Sockets that were opened from this process. */
let sockets = 0;
const count = () => {
  sockets += 1;
};
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  diagnostics.subscribe("net.client.socket", count);
});

afterEach(() => {
  sockets = 0;
  receiver.received.splice(0);
  receiver.answer(204);
});

afterAll(async () => {
  diagnostics.unsubscribe("net.client.socket", count);
  await receiver.close();
});

const local = (resolve?: Resolve) => makeCallTarget({ allowLoopback: true, ...(resolve ? { resolve } : {}) });

describe("No socket is opened", () => {
  test(`to any of ${privateAddresses.length} addresses that are not public, whatever name leads there`, async () => {
    for (const [address] of privateAddresses) {
      const callTarget = makeCallTarget({ allowLoopback: false, resolve: answering(address) });
      expect([address, (await callTarget("https://hooks.example/in", call)).outcome]).toEqual([
        address,
        "refused-address",
      ]);
    }
    expect(sockets).toBe(0);
  });

  test("to a name that has one such address among public ones", async () => {
    for (const addresses of [
      [publicAddresses[0] ?? "", "10.0.0.1"],
      ["::1", publicAddresses[0] ?? ""],
    ]) {
      const callTarget = makeCallTarget({ allowLoopback: false, resolve: answering(...addresses) });
      expect((await callTarget("https://hooks.example", call)).outcome).toBe("refused-address");
    }
    expect(sockets).toBe(0);
  });

  test(`for any of ${privateUrls.length} targets that are no public name, nor is anybody asked where they are`, async () => {
    let asked = 0;
    const resolve: Resolve = async () => {
      asked += 1;
      return [publicAddresses[0] ?? ""];
    };
    const callTarget = makeCallTarget({ allowLoopback: false, resolve });
    for (const url of privateUrls)
      expect([url, (await callTarget(url, call)).outcome]).toEqual([url, "refused-address"]);
    expect([sockets, asked]).toEqual([0, 0]);
  });

  test("to a name of this machine that leads away from it, nor by the setting to anything private", async () => {
    const callTarget = local(answering("169.254.169.254"));
    expect((await callTarget(receiver.url, call)).outcome).toBe("refused-address");
    for (const url of ["http://10.0.0.1/", "http://hooks.example/", "https://10.0.0.1/"])
      expect((await callTarget(url, call)).outcome).toBe("refused-address");
    expect((await local(answering("127.0.0.1"))("https://hooks.example", call)).outcome).toBe("refused-address");
    expect(sockets).toBe(0);
  });

  test("to a name that nobody knows", async () => {
    expect((await local(answering())("https://hooks.example", call)).outcome).toBe("unreachable");
    const failing = async () => {
      throw new Error("SERVFAIL");
    };
    expect((await local(failing)("https://hooks.example", call)).outcome).toBe("unreachable");
    expect(sockets).toBe(0);
  });
});

describe("A call", () => {
  test("reaches its target with method, headers and body", async () => {
    receiver.answer((_received, response) => void response.writeHead(202, { "retry-after": "120" }).end("thanks"));
    expect(await local()(`${receiver.url}/in?sig=x`, call)).toEqual({
      outcome: "answered",
      status: 202,
      text: "thanks",
      allowedOrigin: undefined,
      retryAfterSeconds: 120,
      durationMs: expect.any(Number),
    });
    expect(receiver.received[0]).toMatchObject({ method: "POST", path: "/in?sig=x", body: call.body });
    expect(receiver.received[0]?.headers).toMatchObject({ "x-own": "yes", host: new URL(receiver.url).host });
  });

  test("goes to the address that was checked: the name is resolved once, and changes its mind in vain", async () => {
    const answers = [["127.0.0.1"], ["169.254.169.254"]];
    let asked = 0;
    const callTarget = local(async () => answers[asked++] ?? []);
    const { port } = new URL(receiver.url);
    expect(await callTarget(`http://hook.localhost:${port}/`, call)).toMatchObject({
      outcome: "answered",
      status: 204,
    });
    expect([asked, sockets]).toEqual([1, 1]);
    expect((await callTarget(`http://hook.localhost:${port}/`, call)).outcome).toBe("refused-address");
    expect([asked, sockets]).toEqual([2, 1]);
  });

  test("follows no redirect", async () => {
    const other = await startReceiver();
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.answer((_received, response) => void response.writeHead(status, { location: other.url }).end());
      expect(await local()(receiver.url, call)).toMatchObject({ outcome: "answered", status });
    }
    expect(other.connections()).toBe(0);
    await other.close();
  });

  test("takes the status of an answer whose body is too long, and reads 64 KiB of it", async () => {
    let sent = 0;
    receiver.answer((_received, response) => {
      response.writeHead(200);
      pour(response, 50 * 1024 * 1024, (bytes) => {
        sent += bytes;
      });
    });
    const answer = await local()(receiver.url, call);
    expect(answer).toMatchObject({ outcome: "answered", status: 200, text: "" });
    // It does not end by itself: only the limit ends the reading before the deadline does.
    expect(answer.durationMs).toBeLessThan(14_000);
    expect(sent).toBeLessThan(5 * 1024 * 1024);
  });

  test("tells a connection that is refused from one that is cut", async () => {
    const closed = await startReceiver();
    await closed.close();
    expect((await local()(closed.url, call)).outcome).toBe("unreachable");
    receiver.answer((_received, response) => void response.socket?.destroy());
    expect((await local()(receiver.url, call)).outcome).toBe("cut");
  });

  test.each(["http", "https"])(
    "by %s that the system refuses at once is unreachable, and ends nothing else",
    async (scheme) => {
      const { port } = new URL(receiver.url);
      const broadcast = local(answering("127.255.255.255"));
      expect((await broadcast(`${scheme}://localhost:${port}/`, call)).outcome).toBe("unreachable");
      const portless = local(answering("127.0.0.1"));
      expect((await portless(`${scheme}://localhost:0/`, call)).outcome).toBe("unreachable");
    },
  );

  test("tries each address of its target", async () => {
    const { port } = new URL(receiver.url);
    const callTarget = local(answering("::1", "127.0.0.1"));
    expect((await callTarget(`http://localhost:${port}/`, call)).outcome).toBe("answered");
  });

  whereIPv6.each(["http://[::1]", "http://localhost"])("goes to %s over IPv6, too", async (origin) => {
    const server = createServer((_request, response) => void response.writeHead(204).end());
    server.listen(0, "::1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const names: string[] = [];
    const callTarget = local(async (name) => {
      names.push(name);
      return ["::1"];
    });
    expect(await callTarget(`${origin}:${port}/`, call)).toMatchObject({ outcome: "answered", status: 204 });
    expect(names).toEqual([origin.includes("[") ? "::1" : "localhost"]);
    server.close();
    server.closeAllConnections();
  });

  test("goes to the first address where Node takes one alone", async () => {
    const { port } = new URL(receiver.url);
    setDefaultAutoSelectFamily(false);
    try {
      const callTarget = local(answering("127.0.0.1", "127.0.0.2"));
      expect((await callTarget(`http://hook.localhost:${port}/`, call)).outcome).toBe("answered");
    } finally {
      setDefaultAutoSelectFamily(true);
    }
  });

  test.each([
    ["localhost", "answered"],
    ["hook.localhost", "answered"],
    ["127.0.0.1", "answered"],
    ["[::1]", "unreachable"],
  ])("finds %s without asking anybody", async (name, outcome) => {
    const { port } = new URL(receiver.url);
    expect((await local()(`http://${name}:${port}/`, call)).outcome).toBe(outcome);
    expect(sockets).toBe(1);
  });

  test("says who calls, unless it is told what to say, and sends no body where there is none", async () => {
    const got: [method: string | undefined, headers: IncomingHttpHeaders][] = [];
    const server = createServer(({ method, headers }, response) => {
      got.push([method, headers]);
      response.writeHead(200, { "webhook-allowed-origin": "*" }).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
    expect(await local()(url, { method: "OPTIONS", headers: {} })).toMatchObject({ allowedOrigin: "*", text: "" });
    await local()(url, { ...call, headers: { "user-agent": "other" } });
    expect(got).toMatchObject([
      ["OPTIONS", { "user-agent": expect.stringContaining("intune-remote-assistance-connector") }],
      ["POST", { "user-agent": "other", "content-length": String(call.body?.length) }],
    ]);
    expect(got[0]?.[1]).not.toHaveProperty("content-length");
    server.close();
    server.closeAllConnections();
  });

  test("takes a Retry-After that is a time as a span from the answer's own Date", async () => {
    const date = "Wed, 21 Oct 2015 07:28:00 GMT";
    const later = { date, "retry-after": "Wed, 21 Oct 2015 07:29:30 GMT" };
    receiver.answer((_received, response) => void response.writeHead(503, later).end());
    expect(await local()(receiver.url, call)).toMatchObject({ status: 503, retryAfterSeconds: 90 });
  });

  test.each(["-1", "+7", "7 s", "soon", "1e9", "99999999999", "Wed, 21 Oct 2026 07:28:00 GMT"])(
    "ignores a Retry-After of %s",
    async (value) => {
      receiver.answer((_received, response) => void response.writeHead(503, { "retry-after": value }).end());
      expect(await local()(receiver.url, call)).toMatchObject({ status: 503, retryAfterSeconds: undefined });
    },
  );
});

describe("At the deadline a call is over", () => {
  const timeoutMs = 150;
  const soon = (resolve?: Resolve) =>
    makeCallTarget({ allowLoopback: true, timeoutMs, ...(resolve ? { resolve } : {}) });

  test("when nothing is answered", async () => {
    receiver.answer(() => undefined);
    const { outcome, durationMs } = await soon()(receiver.url, call);
    expect(outcome).toBe("timeout");
    expect(durationMs).toBeGreaterThanOrEqual(timeoutMs - 5);
    expect(durationMs).toBeLessThan(timeoutMs + 1_000);
  });

  test("when nobody says where the name leads, and no socket is opened afterwards", async () => {
    const { promise, resolve: answer } = Promise.withResolvers<string[]>();
    expect((await soon(() => promise)(receiver.url, call)).outcome).toBe("timeout");
    answer(["127.0.0.1"]);
    await promise;
    expect(sockets).toBe(0);
  });

  test("one that was answered and then drips counts as answered", async () => {
    receiver.answer((_received, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("."), 20);
      response.on("close", () => clearInterval(timer));
    });
    const { durationMs, ...answer } = await soon()(receiver.url, call);
    expect(answer).toMatchObject({ outcome: "answered", status: 200, text: "" });
    expect(durationMs).toBeLessThan(timeoutMs + 1_000);
  });
});

/** Writes `bytes`, as fast as the other side takes them. */
function pour(response: ServerResponse, bytes: number, wrote: (bytes: number) => void): void {
  const chunk = Buffer.alloc(64 * 1024, "x");
  let left = bytes;
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length;
      wrote(chunk.length);
      if (!response.write(chunk)) return;
    }
    response.end();
  };
  response.on("drain", more);
  more();
}
