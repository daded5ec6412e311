import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { generate } from "selfsigned";
import { localCertificate } from "../../../infra/local/certificate.ts";
import { makeOutbound, OutboundError, outboundKindOf } from "../../../lib/adapters/outbound.ts";

const MEBIBYTE = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), "outbound-"));
const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A server on a free port that answers with `answer`, and what it was asked. */
async function serve(answer: RequestListener, make: (listener: RequestListener) => Server = createServer) {
  const asked: {
    method: string | undefined;
    url: string | undefined;
    headers: IncomingMessage["headers"];
    body: string;
  }[] = [];
  const closed: Promise<number>[] = [];
  const server = make((request, response) => {
    let body = "";
    const startedMs = performance.now();
    closed.push(new Promise((done) => response.once("close", () => done(performance.now() - startedMs))));
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      asked.push({ method: request.method, url: request.url, headers: request.headers, body });
      answer(request, response);
    });
  });
  const sockets = new Set<{ destroy: () => void }>();
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const stop = () =>
    new Promise((done) => {
      server.close(done);
      for (const socket of sockets) socket.destroy();
    });
  stops.push(stop);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, asked, closed, stop, connections: () => connections };
}

async function failure(work: Promise<unknown>): Promise<Error & { kind?: string; code?: string }> {
  return work.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: unknown) => error as Error,
  );
}

/** Writes a byte now and then, for ever. */
function drip(response: ServerResponse) {
  const timer = setInterval(() => response.write("x"), 20);
  response.once("close", () => clearInterval(timer));
}

describe("A call", () => {
  test("sends method, headers and body, and reads the answer to its end", async () => {
    const { url, asked } = await serve((_, response) => {
      response.writeHead(202, { "x-answer": "1", "retry-after": "7" }).end("réponse");
    });
    const call = makeOutbound([url]);
    const { status, headers, text } = await call(`${url}/a?b=c`, {
      method: "PUT",
      headers: { "content-type": "text/plain", authorization: "Bearer x" },
      body: "données",
      timeoutMs: 2000,
    });
    expect([status, headers.get("x-answer"), headers.get("retry-after"), text]).toEqual([202, "1", "7", "réponse"]);
    expect(asked).toMatchObject([
      {
        method: "PUT",
        url: "/a?b=c",
        body: "données",
        headers: { authorization: "Bearer x", "content-type": "text/plain" },
      },
    ]);
  });

  test("is a GET unless it says otherwise, without a body", async () => {
    const { url, asked } = await serve((_, response) => void response.end());
    await makeOutbound([url])(url, { timeoutMs: 2000 });
    expect(asked).toMatchObject([{ method: "GET", body: "" }]);
    expect(asked[0]?.headers).not.toHaveProperty("content-length");
  });

  test.each([200, 201, 204, 304, 400, 401, 404, 409, 429, 500, 503])(
    "answered with %i is an answer, asked for once",
    async (status) => {
      const { url, asked } = await serve((_, response) => {
        response.writeHead(status).end();
      });
      expect(await makeOutbound([url])(url, { timeoutMs: 2000 })).toMatchObject({ status, text: "" });
      expect(asked).toHaveLength(1);
    },
  );
});

describe("The deadline", () => {
  const soon = { timeoutMs: 250 };

  test.each<[string, RequestListener]>([
    ["never answers", () => undefined],
    ["stops after its headers", (_, response) => void response.writeHead(200).flushHeaders()],
    [
      "stops after half of the body",
      (_, response) => void response.writeHead(200, { "content-length": 10 }).write("x"),
    ],
    ["drips its body", (_, response) => drip(response)],
    ["drips the body of an error", (_, response) => drip(response.writeHead(500))],
  ])("holds in all when the other side %s", async (_title, answer) => {
    const { url } = await serve(answer);
    const startedMs = performance.now();
    const error = await failure(makeOutbound([url])(url, soon));
    expect(error).toMatchObject({ kind: "timeout" });
    expect(error.message).toContain("250 ms");
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThanOrEqual(240);
    expect(tookMs).toBeLessThan(1500);
  });

  test("closes the connection too", async () => {
    const { url, closed } = await serve((_, response) => drip(response));
    await failure(makeOutbound([url])(url, soon));
    expect(await closed[0]).toBeLessThan(1500);
  });
});

describe("The size of an answer", () => {
  test("may be 1 MiB and not a byte more", async () => {
    const { url } = await serve(({ url: path }, response) => {
      response.end(Buffer.alloc(MEBIBYTE + (path === "/more" ? 1 : 0), "x"));
    });
    const call = makeOutbound([url]);
    expect((await call(url, { timeoutMs: 5000 })).text).toHaveLength(MEBIBYTE);
    expect(await failure(call(`${url}/more`, { timeoutMs: 5000 }))).toMatchObject({ kind: "too-large" });
  });

  test("is counted as it arrives: an endless answer ends early", async () => {
    const { url, closed } = await serve((_, response) => {
      const more = () => {
        if (response.destroyed) return;
        if (response.write(Buffer.alloc(64 * 1024))) setImmediate(more);
        else response.once("drain", more);
      };
      more();
    });
    expect(await failure(makeOutbound([url])(url, { timeoutMs: 5000 }))).toMatchObject({ kind: "too-large" });
    expect(await closed[0]).toBeLessThan(4000);
  });

  test("is counted unpacked: a small answer that unpacks to much is too large", async () => {
    const packed = gzipSync(Buffer.alloc(64 * MEBIBYTE));
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(packed);
    });
    expect(packed.length).toBeLessThan(MEBIBYTE);
    expect(await failure(makeOutbound([url])(url, { timeoutMs: 5000 }))).toMatchObject({ kind: "too-large" });
  });
});

describe("A redirect", () => {
  test.each([300, 301, 302, 303, 307, 308])("%i is not followed, wherever it leads", async (status) => {
    const elsewhere = await serve((_, response) => void response.end("stolen"));
    for (const target of [elsewhere.url, "/same-host", "file:///etc/passwd"]) {
      const { url, asked } = await serve((_, response) => {
        response.writeHead(status, { location: target }).end("moved");
      });
      const error = await failure(
        makeOutbound([url, elsewhere.url])(url, { headers: { authorization: "x" }, timeoutMs: 2000 }),
      );
      expect(error).toMatchObject({ kind: "redirected" });
      expect(asked).toHaveLength(1);
    }
    expect(elsewhere.connections()).toBe(0);
  });

  test("whose body never ends is let go of by the deadline", async () => {
    const { url, closed } = await serve((_, response) => {
      response.writeHead(302, { location: "/" });
      drip(response);
    });
    expect(await failure(makeOutbound([url])(url, { timeoutMs: 300 }))).toMatchObject({ kind: "redirected" });
    expect(await closed[0]).toBeLessThan(1500);
  });
});

describe("An address", () => {
  test("that is not one of the configured services is refused before a connection is made", async () => {
    const { url, port, connections } = await serve((_, response) => void response.end());
    const call = makeOutbound(["http://127.0.0.1:1", "https://graph.example"]);
    for (const wrong of [
      url,
      `http://127.0.0.1:1@127.0.0.1:${port}/`,
      `http://127.0.0.1:${port}/https://graph.example`,
      `http://[::ffff:127.0.0.1]:${port}/`,
      `http://2130706433:${port}/`,
      `http://localhost:${port}/`,
      "http://graph.example/",
      "https://graph.example:8443/",
      "https://graph.example.evil.example/",
      "https://169.254.169.254/metadata/identity",
      "file:///etc/passwd",
      "data:text/plain,x",
    ])
      expect(await failure(call(wrong, { timeoutMs: 2000 }))).toMatchObject({ code: "upstream-invalid" });
    expect(connections()).toBe(0);
  });

  test("may be configured with a path; its origin counts", async () => {
    const { url } = await serve((_, response) => void response.end("ok"));
    expect(await makeOutbound([`${url}/base`])(`${url}/other`, { timeoutMs: 2000 })).toMatchObject({ text: "ok" });
  });
});

describe("A connection", () => {
  test("that is refused means that nothing was sent", async () => {
    const { url, stop } = await serve((_, response) => void response.end());
    await stop();
    expect(await failure(makeOutbound([url])(url, { timeoutMs: 2000 }))).toMatchObject({ kind: "not-sent" });
  });

  test("to a name that cannot be means that nothing was sent", async () => {
    const url = `https://${"x".repeat(64)}.example`;
    expect(await failure(makeOutbound([url])(url, { timeoutMs: 2000 }))).toMatchObject({
      kind: "not-sent",
      message: expect.stringContaining("ENOTFOUND"),
    });
  });

  test("that breaks is told with what broke it, for those who look into it", async () => {
    const { url } = await serve((request) => void request.socket.destroy());
    expect(await failure(makeOutbound([url])(url, { timeoutMs: 2000 }))).toMatchObject({
      message: expect.stringContaining("ECONNRESET"),
      cause: { code: "ECONNRESET" },
    });
  });

  const overTls = (certificate: { key: string; cert: string }) =>
    serve(
      (_, response) => void response.end(),
      (listener) => createSecureServer(certificate, listener),
    );

  test("to a server with a certificate that nobody trusts means that nothing was sent", async () => {
    const { port, asked } = await overTls(await localCertificate(join(folder, "certificate.pem")));
    const url = `https://127.0.0.1:${port}`;
    expect(await failure(makeOutbound([url])(url, { timeoutMs: 2000 }))).toMatchObject({ kind: "not-sent" });
    expect(asked).toEqual([]);
  });

  test("to a server with somebody else's certificate means that nothing was sent", async () => {
    const altNames = [{ type: 2, value: "elsewhere.example" }] as const;
    const { private: key, cert } = await generate([{ name: "commonName", value: "elsewhere.example" }], {
      extensions: [
        { name: "basicConstraints", cA: true },
        { name: "subjectAltName", altNames: [...altNames] },
      ],
    });
    const { port, asked } = await overTls({ key, cert });
    const url = `https://127.0.0.1:${port}`;
    const trusted = getCACertificates("default");
    setDefaultCACertificates([...trusted, cert]);
    try {
      expect(await failure(makeOutbound([url])(url, { timeoutMs: 2000 }))).toMatchObject({
        kind: "not-sent",
        message: expect.stringContaining("ERR_TLS_CERT_ALTNAME_INVALID"),
      });
    } finally {
      setDefaultCACertificates(trusted);
    }
    expect(asked).toEqual([]);
  });

  test.each<[string, RequestListener]>([
    ["before the answer", (request) => void request.socket.destroy()],
    [
      "after the headers",
      (_, response) => {
        response.writeHead(200, { "content-length": 10 }).flushHeaders();
        setImmediate(() => response.destroy());
      },
    ],
    [
      "in the middle of a counted body",
      (_, response) => void response.writeHead(200, { "content-length": 10 }).write("x", () => response.destroy()),
    ],
    [
      "in the middle of a chunked body",
      (_, response) => void response.writeHead(200).write("x", () => response.destroy()),
    ],
    ["by an answer that is not HTTP", (request) => void request.socket.end("nonsense\r\n\r\n")],
  ])("that breaks %s is cut: nobody knows what happened there", async (_title, answer) => {
    const { url, asked } = await serve(answer);
    expect(await failure(makeOutbound([url])(url, { method: "POST", body: "{}", timeoutMs: 2000 }))).toMatchObject({
      kind: "cut",
    });
    expect(asked).toHaveLength(1);
  });
});

describe("An error names the host, and neither path, query, header, body nor answer", () => {
  const secret = "s3cret";
  const request = { headers: { authorization: secret }, body: secret, method: "POST", timeoutMs: 200 };

  test.each<[string, RequestListener]>([
    ["a redirect", (_, response) => void response.writeHead(302, { location: `/${secret}` }).end(secret)],
    ["a broken connection", (incoming) => void incoming.socket.destroy()],
    ["no answer", () => undefined],
    ["too much of an answer", (_, response) => void response.end(secret.repeat(MEBIBYTE))],
  ])("after %s", async (_title, answer) => {
    const { url, port } = await serve(answer);
    const error = await failure(makeOutbound([url])(`${url}/${secret}?token=${secret}`, request));
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect(`${error.name} ${error.message}`).not.toContain(secret);
  });

  test("of an address that is refused", async () => {
    const error = await failure(makeOutbound([])(`https://evil.example/${secret}?${secret}`, request));
    expect(error.message).toContain("evil.example");
    expect(error.message).not.toContain(secret);
  });
});

test("the kind of an error can be told from its name alone, as that is what Microsoft's Graph client keeps", () => {
  for (const kind of ["not-sent", "timeout", "cut", "too-large", "redirected"] as const)
    expect(outboundKindOf(new OutboundError(kind, "x").name)).toBe(kind);
  for (const name of ["Error", "Outbound:", "Outbound:other", "cut", "", null, undefined])
    expect(outboundKindOf(name)).toBeUndefined();
});
