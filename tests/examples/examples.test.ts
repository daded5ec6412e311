import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { call } from "../../infra/local/demo/browser.ts";
import type { AuditEntry } from "../../lib/audit/entry.ts";
import type { SessionView } from "../../lib/sessions/session.ts";
import { type Connected, run, startConnected } from "./connected.ts";

const TIMEOUT_MS = 120_000;
const example = (name: string) => join(import.meta.dirname, "../../examples", name);

/** A script for bash needs its programs; where one is missing it is not run. */
const hasPrograms = ["bash", "curl", "jq"].every((name) => spawnSync(name, ["--version"]).status === 0);
const testCurl = hasPrograms ? test : test.skip;

let connected: Connected;

beforeAll(async () => {
  connected = await startConnected();
}, TIMEOUT_MS);

afterAll(() => connected?.stop(), TIMEOUT_MS);

const get = <T>(path: string) => call<T>(`${connected.variables.CONNECTOR_URL}${path}`, connected.token, 200);
const sessionsOf = async (ticket: RegExp) =>
  (await get<{ value: SessionView[] }>("/api/sessions")).value.filter((session) => ticket.test(session.ticket ?? ""));

testCurl(
  "curl.sh finds a device, requests a session, looks at it, closes it and reads the audit",
  async () => {
    const ended = await run("bash", [example("curl.sh"), "PHONE-ANA", "INC-CURL"], connected.variables);
    expect(ended).toMatchObject({ code: 0, errors: "" });
    const [session] = await sessionsOf(/^INC-CURL$/);
    expect(session?.state).toBe("closed");
    const { output } = ended;
    expect(output).toContain(`Session ${session?.id}, match code ${session?.matchCode}`);
    expect(output).toMatch(/^PHONE-ANA of .+: eligible true$/m);
    expect(output).toMatch(/^Join: http.+\nFor the user: http.+\nNow open, notification \w+\nNow closed$/m);
    expect(output).toMatch(/session\.close outcome success/);
  },
  TIMEOUT_MS,
);

testCurl(
  "curl.sh says what is wrong, and ends with a failure",
  async () => {
    const unknown = await run("bash", [example("curl.sh"), "NO-SUCH-DEVICE"], connected.variables);
    expect(unknown).toMatchObject({ code: 1, errors: "Intune has no device called NO-SUCH-DEVICE\n" });
    const refused = await run("bash", [example("curl.sh"), "HOLO-01"], connected.variables);
    expect(refused.code).not.toBe(0);
    expect(refused.output + refused.errors).toContain('"code":"device-not-eligible"');
  },
  TIMEOUT_MS,
);

testCurl(
  "the loop of docs/operations.md saves the whole audit part by part",
  async () => {
    const document = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8");
    const loop = /## Exporting the audit\n.*?```sh\n(.*?)```/s.exec(document)?.[1] ?? "";
    const inParts = loop.replace("from=2026-01-01&top=2000", "from=2026-01-01&action=connector.&top=3");
    expect(inParts).not.toBe(loop);
    const directory = mkdtempSync(join(tmpdir(), "export-test-"));
    const { CONNECTOR_URL: app = "" } = connected.variables;
    const ended = await run("bash", ["--norc", "-ec", inParts], { app, token: connected.token }, directory);
    expect(ended).toEqual({ code: 0, output: "", errors: "" });
    const { value } = await get<{ value: AuditEntry[] }>("/api/audit?from=2026-01-01&action=connector.");
    const [head, ...lines] = readFileSync(join(directory, "audit.csv"), "utf8").trimEnd().split("\r\n");
    expect(head).toMatch(/^id,at,/);
    expect(value.length).toBeGreaterThan(3);
    expect(lines.map((line) => line.split(",")[0])).toEqual(value.map(({ id }) => id));
    rmSync(directory, { recursive: true });
  },
  TIMEOUT_MS,
);

test(
  "ticket-to-session.mjs: a ticket is created, a session requested, webhooks are verified and noted in the ticket",
  async () => {
    const ended = await run(process.execPath, [example("ticket-to-session.mjs"), "PHONE-ANA"], connected.variables);
    expect(ended).toMatchObject({ code: 0, errors: "" });
    const [session] = await sessionsOf(/^INC\d+$/);
    const lines = ended.output.trimEnd().split("\n");
    expect(lines).toEqual([
      `${session?.ticket}: Help was requested, match code ${session?.matchCode}. Join: (link)`,
      expect.stringMatching(new RegExp(`^${session?.ticket}: session\\.requested at 20`)),
      expect.stringMatching(new RegExp(`^${session?.ticket}: session\\.closed at 20`)),
    ]);
    expect(session?.state).toBe("closed");
    // It cleans up after itself.
    expect((await get<{ value: unknown[] }>("/api/webhooks")).value).toEqual([]);
    const audit = await get<{ value: AuditEntry[] }>("/api/audit?action=webhook.create");
    expect(audit.value.map(({ phase }) => phase)).toEqual(["outcome", "intent"]);
  },
  TIMEOUT_MS,
);

test(
  "ticket-to-session.mjs notes in the ticket why there is no help",
  async () => {
    const ended = await run(process.execPath, [example("ticket-to-session.mjs"), "HOLO-01"], connected.variables);
    expect(ended.output).toMatch(/No help could be requested: device-not-eligible: /);
    expect(ended.code).toBe(1);
    expect((await get<{ value: unknown[] }>("/api/webhooks")).value).toEqual([]);
  },
  TIMEOUT_MS,
);
