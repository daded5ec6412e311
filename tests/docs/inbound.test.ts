import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import type { HttpResponseInit } from "@azure/functions";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { inbound } from "../../functions/inbound.ts";
import type { SessionView } from "../../lib/sessions/session.ts";
import { newSourceSchema, type SourceView } from "../../lib/webhooks/inbound/source.ts";
import { anInvocation, aRequest } from "../lib/http/a-request.ts";
import { startMemoryApp } from "../memory/app.ts";
import { connect, must } from "../memory/connect.ts";
import { tokenFor } from "../memory/world.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/inbound.md"), "utf8");
const blocks = (language: string) =>
  [...page.matchAll(/```(\w*)\n([\s\S]*?)```/g)].filter(([, name]) => name === language).map(([, , text = ""]) => text);
const [registration = "", incident = ""] = blocks("json");

const directory = mkdtempSync(join(tmpdir(), "inbound-docs-"));
const { world, newProcess } = startMemoryApp();
const process_ = newProcess();
/** What the page's address leads to, as the host does it. */
const server = createServer(async (incoming, outgoing) => {
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const source = incoming.url?.split("/").at(-1) ?? "";
  const request = aRequest({ method: "POST", headers, params: { source }, body: await buffer(incoming) });
  const answer = (await inbound(() => process_.app)(request, anInvocation().context)) as HttpResponseInit;
  outgoing.writeHead(answer.status ?? 200).end(JSON.stringify(answer.jsonBody ?? answer.body));
});
let origin: string;

beforeAll(async () => {
  // The examples sign by the machine's clock.
  world.advance(Date.now() - world.now().getTime());
  await connect(world, process_);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

const register = async (body: object) =>
  must(
    await process_.request("POST", "/api/inbound-sources", { token: tokenFor("Ada Administrator"), body }),
    201,
  ).json<SourceView & { secret: string }>();

/** Runs an example of the page, and answers what it printed. */
async function run(command: string, file: string, text: string, name: string, secret: string, note: string) {
  const path = join(directory, file);
  writeFileSync(path, text);
  const env = { PATH: process.env.PATH, URL: `${origin}/api/inbound/${name}`, SECRET: secret, NOTE: note };
  const { stdout } = await promisify(execFile)(command, [path], { env });
  return JSON.parse(stdout) as SessionView;
}

test("the mapping for ServiceNow makes a request of its incident, by curl and by Node", async () => {
  const device = world.device({ serialNumber: "F2LXK0123456", name: "F2LXK0123456" });
  const { name, secret } = await register(newSourceSchema.parse(JSON.parse(registration)));
  const [bash = "", node = ""] = [blocks("bash")[0], blocks("js")[0]];
  const asked = [
    await run("bash", "send.sh", bash, name, secret, incident),
    await run(process.execPath, "send.mjs", node, name, secret, incident),
  ];
  for (const session of asked)
    expect(session).toMatchObject({
      state: "open",
      device: { id: device.id },
      ticket: "INC0010023",
      reason: "Mail does not open",
    });
  expect(new Set(asked.map(({ id }) => id)).size).toBe(2);
});
