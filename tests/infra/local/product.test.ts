import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { get, type IncomingHttpHeaders } from "node:http";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Addresses } from "../../../infra/local/addresses.ts";
import { doTheJob } from "../../../infra/local/demo/job.ts";
import { makeSteps } from "../../../infra/local/demo/steps.ts";
import { type Product, root, startProduct } from "../../../infra/local/product.ts";

const TIMEOUT_MS = 120_000;

type Ended = { code: number; out: string; err: string };

/** Runs a program of the project to its end. */
function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const options = { cwd: root, env: { ...process.env, ...env }, timeout: TIMEOUT_MS };
  return new Promise((resolve) => {
    execFile(command, args, options, (error, out, err) =>
      resolve({ code: Number(error?.code ?? (error ? -1 : 0)), out, err }),
    );
  });
}

const node = (...args: string[]) => run(process.execPath, args);

type Received = { status: number | undefined; headers: IncomingHttpHeaders; bytes: Buffer };

/** What a browser receives, before it unpacks it. */
function receive(url: string, encoding: string): Promise<Received> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { "accept-encoding": encoding } }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) });
    }).once("error", reject);
  });
}

describe("the product on one machine", () => {
  const directory = mkdtempSync(join(tmpdir(), "product-test-"));
  let product: Product;

  beforeAll(async () => {
    product = await startProduct({
      port: 0,
      dataDirectory: directory,
      isInMemory: true,
      isBuilt: true,
      onOutput: () => {},
    });
  }, TIMEOUT_MS);

  afterAll(async () => {
    await product.stop();
    rmSync(directory, { recursive: true, force: true });
  }, TIMEOUT_MS);

  test("writes where everything is, what the app was given and who can sign in", () => {
    const written = JSON.parse(readFileSync(join(directory, "addresses.json"), "utf8")) as Addresses;
    expect(written).toEqual(product.addresses);
    expect(Object.keys(written).sort()).toEqual(
      ["app", "entra", "graph", "identity", "principals", "settings", "storage", "teamviewer", "vault"].sort(),
    );
    for (const place of [written.app, written.entra, written.graph, written.teamviewer, written.identity]) {
      expect(place).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    }
    expect(written.vault).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(written.settings.PUBLIC_URL).toBe(written.app);
    const robot = written.principals.find(({ name }) => name === "Everything robot");
    expect(robot).toEqual({
      name: "Everything robot",
      kind: "application",
      roles: ["RemoteAssistance.Update", "RemoteAssistance.Request", "RemoteAssistance.Read"],
      clientId: expect.any(String),
      clientSecret: expect.any(String),
    });
  });

  test.each([
    ["br", ".br"],
    ["gzip", ".gz"],
    ["identity", ""],
  ])("sends the portal's files byte by byte as they were built (%s)", async (encoding, ending) => {
    const { app } = product.addresses;
    const page = (await receive(`${app}/portal/devices`, "identity")).bytes.toString();
    const names = [...page.matchAll(/"\/portal\/assets\/([^"]+)"/g)].map(([, name = ""]) => name);
    expect(names).toHaveLength(2);
    for (const name of names) {
      const { status, headers, bytes } = await receive(`${app}/portal/assets/${name}`, encoding);
      expect([status, headers["content-encoding"]]).toEqual([200, ending ? encoding : undefined]);
      expect(bytes.equals(readFileSync(join(root, "dist/portal/assets", name + ending)))).toBe(true);
    }
  });

  test("leads from / to the portal", async () => {
    const { status, headers } = await receive(`${product.addresses.app}/`, "identity");
    expect([status, headers.location]).toEqual([302, "/portal"]);
  });

  test(
    "does the whole job in the demo, in at least 14 steps",
    async () => {
      const { code, out, err } = await node("infra/local/demo.ts", "--data", directory);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      const steps = Number(/(\d+) steps, all as they should be/.exec(out)?.[1]);
      expect(steps).toBeGreaterThanOrEqual(14);
      expect(out).toContain("session.request");
    },
    TIMEOUT_MS,
  );

  test(
    "ends the demo with 1 and says where, when a service fails in the middle",
    async () => {
      product.surroundings.teamviewer.addFault({ method: "POST", path: "/api/v1/sessions$", status: 503, times: 0 });
      const { code, out, err } = await node("infra/local/demo.ts", "--data", directory);
      product.surroundings.teamviewer.clearFaults();
      expect(code).toBe(1);
      expect(out).toContain("9. Bruno");
      expect(out).not.toContain("10. Bruno");
      expect(err).toMatch(/Step 10 failed\. Bruno: requests a session[\s\S]*503[\s\S]*upstream-unavailable/);
    },
    TIMEOUT_MS,
  );

  test(
    "does the main job with two functions processes on the same storage",
    async () => {
      const other = await product.addProcess();
      const steps = makeSteps(() => {});
      // The job is done at the second process; consent and answer pages lead to the first, and both run timers and queues.
      const entries = await doTheJob(steps, { ...product.addresses, app: other.url }, masterKey(directory, "host-2"));
      await other.stop();
      expect(steps.count()).toBeGreaterThanOrEqual(14);
      const outcomes = entries.filter(({ phase, result }) => phase === "outcome" && result === "success");
      const once = outcomes.map(({ action }) => action);
      expect(once).toEqual([...new Set(once)]);
    },
    TIMEOUT_MS,
  );

  test(
    "can be used by hand as the README says",
    async () => {
      const readme = readFileSync(join(root, "README.md"), "utf8");
      const script = /<!-- by-hand[^>]*-->\s*```bash\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
      const work = mkdtempSync(join(tmpdir(), "by-hand-"));
      const { code, out, err } = await run("bash", ["--norc", "-euo", "pipefail", "-c", `cd '${work}'\n${script}`], {
        DATA: directory,
      });
      rmSync(work, { recursive: true, force: true });
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toContain('"status":"connected"');
      expect(out).toContain('"state":"open"');
      expect(out).toContain('"state":"closed"');
      expect(out).toContain("session.request,outcome,success");
    },
    TIMEOUT_MS,
  );
});

describe("npm start", () => {
  test("says in one line that a port is in use", async () => {
    const taken = await takePort();
    const { code, err } = await node(
      "infra/local/start.ts",
      "--port",
      String(taken.port - 1),
      "--data",
      taken.directory,
    );
    taken.release();
    expect(code).toBe(1);
    expect(err).toBe(`Cannot start: Port ${taken.port} is in use. Choose others with: npm start -- --port N\n`);
  }, 30_000);

  test("refuses to run an app with bad settings and lists all that is wrong in one message", async () => {
    const env = {
      TENANT_ID: "nonsense",
      API_CLIENT_ID: "",
      KEY_VAULT_URL: "http://vault.example",
      SESSION_MINUTES: "soon",
    };
    const { code, err } = await run(process.execPath, ["infra/local/host/main.ts", "--app", root, "--port", "0"], env);
    expect(code).not.toBe(0);
    for (const name of [
      "TENANT_ID",
      "API_CLIENT_ID",
      "KEY_VAULT_URL",
      "SESSION_MINUTES",
      "TEAMVIEWER_CLIENT_ID",
      "ORGANIZATION_NAME",
      "AzureWebJobsStorage",
      "PUBLIC_URL",
    ]) {
      expect(err).toContain(`- ${name}: `);
    }
  }, 30_000);
});

function masterKey(directory: string, host: string): string {
  return (JSON.parse(readFileSync(join(directory, host, "keys.json"), "utf8")) as { master: string }).master;
}

async function takePort() {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const directory = mkdtempSync(join(tmpdir(), "port-test-"));
  const release = () => {
    server.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { port: typeof address === "object" && address ? address.port : 0, directory, release };
}
