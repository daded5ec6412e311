import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { httpRoutes } from "../../functions/routes.ts";
import { type Role, roles } from "../../lib/access/principal.ts";
import type { App } from "../../lib/app.ts";
import { anInvocation, aRequest } from "../lib/http/a-request.ts";
import type { Built } from "./registered.ts";

const root = join(import.meta.dirname, "../..");
const settings = {
  TENANT_ID: "0f0e0d0c-0b0a-4908-8706-050403020100",
  API_CLIENT_ID: "a91c11e2-7d1a-4b6e-9c56-0d5f3a7b2e10",
  TEAMVIEWER_CLIENT_ID: "123456-app",
  KEY_VAULT_URL: "https://vault.example",
  AzureWebJobsStorage__queueServiceUri: "https://queue.example",
  AzureWebJobsStorage__tableServiceUri: "https://table.example",
  PUBLIC_URL: "https://help.example",
  ORGANIZATION_NAME: "Contoso",
};

/** Every function that a browser or a program can call, and the roles of which a caller needs one. */
const http: Record<string, string> = {
  connector: "GET /api/connector anonymous: Update or Request or Read",
  consent: "POST /api/connector/consents anonymous: Update",
  "consent-start": "GET /api/connector/start anonymous",
  callback: "GET /api/connector/callback anonymous",
  "consent-confirm": "POST /api/connector/consents/{id}/confirm anonymous: Update",
  disconnect: "DELETE /api/connector anonymous: Update",
  devices: "GET /api/devices anonymous: Request",
  device: "GET /api/devices/{deviceId} anonymous: Request",
  names: "GET /api/names anonymous: Request or Read",
  "session-request": "POST /api/sessions anonymous: Request",
  sessions: "GET /api/sessions anonymous: Request or Read",
  session: "GET /api/sessions/{id} anonymous: Request or Read",
  "session-close": "POST /api/sessions/{id}/close anonymous: Request",
  "session-notify": "POST /api/sessions/{id}/notifications anonymous: Request",
  "session-report": "GET /api/reports/sessions anonymous: Read",
  webhooks: "GET /api/webhooks anonymous: Update",
  "webhook-create": "POST /api/webhooks anonymous: Update",
  webhook: "GET /api/webhooks/{id} anonymous: Update",
  "webhook-update": "PATCH /api/webhooks/{id} anonymous: Update",
  "webhook-delete": "DELETE /api/webhooks/{id} anonymous: Update",
  "webhook-rotate": "POST /api/webhooks/{id}/secret anonymous: Update",
  "webhook-test": "POST /api/webhooks/{id}/test anonymous: Update",
  "webhook-deliveries": "GET /api/webhooks/{id}/deliveries anonymous: Update",
  "webhook-redeliver": "POST /api/webhooks/{id}/deliveries/{deliveryId} anonymous: Update",
  inbound: "POST /api/inbound/{source} anonymous",
  "inbound-sources": "GET /api/inbound-sources anonymous: Update",
  "inbound-source-create": "POST /api/inbound-sources anonymous: Update",
  "inbound-source": "GET /api/inbound-sources/{id} anonymous: Update",
  "inbound-source-update": "PATCH /api/inbound-sources/{id} anonymous: Update",
  "inbound-source-delete": "DELETE /api/inbound-sources/{id} anonymous: Update",
  "inbound-source-rotate": "POST /api/inbound-sources/{id}/secret anonymous: Update",
  "answer-page": "GET /h/{token} anonymous",
  answer: "POST /h/{token} anonymous",
  audit: "GET /api/audit anonymous: Read",
  "audit-seals": "GET /api/audit/seals anonymous: Read",
  "audit-erasure": "POST /api/audit/erasures anonymous: Update",
  health: "GET /api/health anonymous",
  portal: "GET /portal/{*path} anonymous",
  root: "GET / anonymous",
  openapi: "GET /api/openapi.json anonymous",
  reference: "GET /api/reference anonymous",
};

/** Functions that a queue or the clock triggers. */
const others: Record<string, string> = {
  notify: "queue notifications of AzureWebJobsStorage",
  "notify-poison": "queue notifications-poison of AzureWebJobsStorage",
  "deliver-webhook": "queue webhooks of AzureWebJobsStorage",
  "deliver-webhook-poison": "queue webhooks-poison of AzureWebJobsStorage",
  "follow-sessions": "timer 0 * * * * *",
  "keep-connected": "timer 0 7 * * * *",
  "seal-audit": "timer 30 * * * * *",
};

const withoutRoles = (line: string) => line.replace(/: .*/, "");
const rolesIn = (line: string) =>
  (line.split(": ")[1]?.split(" or ") ?? []).map((role) => `RemoteAssistance.${role}`) as Role[];
/** OpenAPI knows no catch-all. */
const documentedLine = (line: string) => line.replace("{*", "{");

type Operation = { operationId: string; "x-roles"?: Role[]; description?: string; security: unknown[] };

let directory: string;
let built: Built;
let documented: Map<string, { line: string; operation: Operation }>;

beforeAll(() => {
  // A build of its own: others may be running what stands in dist/.
  directory = realpathSync(mkdtempSync(join(tmpdir(), "built-app-")));
  mkdirSync(join(directory, "infra"));
  const kept = ["infra", "dist"];
  for (const name of readdirSync(root).filter((each) => !kept.includes(each) && !each.startsWith(".")))
    symlinkSync(join(root, name), join(directory, name));
  for (const name of readdirSync(join(root, "infra")).filter((each) => /^(build|fluent).*\.ts$/.test(each)))
    copyFileSync(join(root, "infra", name), join(directory, "infra", name));
  execFileSync("npm", ["run", "build", "--silent"], { cwd: directory, stdio: "pipe" });
  built = load();

  const { paths } = JSON.parse(built.openapi) as { paths: Record<string, Record<string, Operation>> };
  documented = new Map(
    Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, operation]) =>
          [operation.operationId, { line: `${method.toUpperCase()} ${path} anonymous`, operation }] as const,
      ),
    ),
  );
}, 30_000);

afterAll(() => rmSync(directory, { recursive: true }));

function load(more: Record<string, string> = {}): Built {
  const script = join(import.meta.dirname, "registered.ts");
  const env = { PATH: process.env.PATH, ...settings, ...more };
  return JSON.parse(
    execFileSync(process.execPath, [script, directory], { env, encoding: "utf8", stdio: "pipe" }),
  ) as Built;
}

/** What is registered, one line each. */
function registered({ functions }: Built): Record<string, string> {
  const lines = functions.map(({ name, trigger }): [string, string] => {
    const { type, methods, route, authLevel, queueName, connection, schedule } = trigger;
    if (type === "httpTrigger")
      return [name, `${(methods as string[]).join()} /${String(route).replace(/^\//, "")} ${authLevel}`];
    if (type === "queueTrigger") return [name, `queue ${queueName} of ${connection}`];
    return [name, type === "timerTrigger" ? `timer ${schedule}` : `an unknown trigger ${type}`];
  });
  return Object.fromEntries(lines);
}

describe("The built app", () => {
  test("is what package.json names", () => {
    expect(built.main).toBe("dist/main.js");
  });

  test("registers exactly these functions, each with its method, route, level, queue or schedule", () => {
    const expected = Object.entries(http).map(([name, line]) => [name, withoutRoles(line)]);
    expect(registered(built)).toEqual({ ...Object.fromEntries(expected), ...others });
  });

  test("answers preflight requests only where front ends on other origins are allowed", () => {
    const more = registered(load({ ALLOWED_ORIGINS: "https://portal.example" }));
    expect(more).toEqual({ ...registered(built), preflight: "OPTIONS /{*path} anonymous" });
  });

  test("refuses to start with settings that cannot be used, and says which", () => {
    expect(() => load({ TENANT_ID: "contoso" })).toThrow("TENANT_ID: must be a GUID");
  });
});

describe("The OpenAPI document", () => {
  test("has every route that is registered and no other", () => {
    const lines = [...documented].map(([name, { line }]): [string, string] => [name, line]);
    const routes = Object.entries(registered(built))
      .filter(([name]) => name in http)
      .map(([name, line]) => [name, documentedLine(line)]);
    expect(Object.fromEntries(lines)).toEqual(Object.fromEntries(routes));
  });

  test.each(Object.entries(http))("says who may call %s: %s", (name, line) => {
    const operation = documented.get(name)?.operation;
    const expected = rolesIn(line);
    expect(operation?.["x-roles"] ?? []).toEqual(expected);
    expect(operation?.security).toEqual(expected.length > 0 ? [{ entra: [] }] : []);
    const words = `Needs the app role ${expected.join(" or ")}, of a person or an application. `;
    if (expected.length > 0) expect(operation?.description?.slice(0, words.length)).toBe(words);
  });
});

describe("Who may call what", () => {
  const every = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => roles.filter((_, index) => bits & (1 << index)));

  /** Calls a function as somebody with `own` roles; everything behind the door is missing. */
  async function statusFor(name: string, own: readonly Role[] | undefined): Promise<number | undefined> {
    const authenticate = async () => {
      if (own) return { id: "x", kind: "person", clientId: "y", roles: own };
      const { AppError } = await import("../../lib/errors.ts");
      throw new AppError("unauthenticated", "Send a token.");
    };
    const watch: App["watch"] = () => ({ run: (work) => work(), end: () => ({ durationMs: 0, calls: [] }) });
    const app = { authenticate, allowedOrigins: [], watch } as unknown as App;
    const route = httpRoutes.find((each) => each.name === name);
    const answer = await route?.handler(() => app)(aRequest({ method: route.method }), anInvocation().context);
    return (answer as { status?: number } | undefined)?.status;
  }

  const guarded = Object.entries(http).filter(([, line]) => rolesIn(line).length > 0);

  test.each(guarded)("%s: nobody without a token; with a token exactly these: %s", async (name, line) => {
    const allowed = rolesIn(line);
    expect(await statusFor(name, undefined)).toBe(401);
    for (const own of every) {
      const isAllowed = own.some((role) => allowed.includes(role));
      expect([own, (await statusFor(name, own)) === 403]).toEqual([own, !isAllowed]);
    }
  });
});
