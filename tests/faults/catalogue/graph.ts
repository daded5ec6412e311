import { expect } from "@jest/globals";
import { TENANT_ID } from "../../../infra/local/principals.ts";
import type { AppProcess } from "../../app.ts";
import { answering, passOn } from "../front.ts";
import { type Case, inShort, messageOf, requestOf, type Stage, sessionOf, timed } from "./case.ts";

const DEVICE = { method: "GET", path: /managedDevices\// };
const TOO_MANY = { error: { code: "TooManyRequests", message: "Please retry after" } };
const NOTIFY = { method: "POST", path: /sendCustomNotificationToCompanyPortal/ };

/** A session whose user is still to be asked, and the message that does it. */
async function asked(stage: Stage) {
  const request = requestOf(stage);
  const session = sessionOf(await request.ask());
  return { ...session, deviceId: request.deviceId, message: messageOf(session) };
}

const notificationOf = async ({ agent }: Stage, id: string) => (await agent.look(id)).notification;

async function withToken(stage: Stage, path: string, process: AppProcess, claims: Record<string, unknown> = {}) {
  return process.request("GET", path, { token: await stage.product.tokenFor("Bruno Agent", { claims }) });
}

export const graphCases: Case[] = [
  {
    number: "21",
    fault: "Graph answers 401",
    expected: "503, nothing done; heals with the next token",
    note: "catalogue says: a new managed-identity token once; @azure/identity 4.14 offers no way around its token cache, design says nothing",
    async run(stage) {
      const { process, front } = await stage.facingGraph(answering({ ...DEVICE }, { status: 401 }));
      const request = requestOf(stage, { notify: false });
      expect(inShort(await request.ask(process))).toBe("503 upstream-unavailable");
      expect(front.calls).toHaveLength(1);
      expect(inShort(await request.ask(process))).toBe("201");
      return "503, then 201";
    },
  },
  {
    number: "22",
    fault: "Graph answers 403",
    expected: "502 with the permission that is missing; no retry",
    note: "code upstream-invalid (design has no graph_permission_missing)",
    async run(stage) {
      const message = "must have one of the following scopes: DeviceManagementManagedDevices.Read.All - Operation ID";
      const body = { error: { code: "Forbidden", message } };
      const { process, front } = await stage.facingGraph(answering({ ...DEVICE, times: 0 }, { status: 403, body }));
      const answer = await requestOf(stage).ask(process);
      expect(inShort(answer)).toBe("502 upstream-invalid");
      expect(answer.text).toContain("DeviceManagementManagedDevices.Read.All");
      expect(front.calls).toHaveLength(1);
      return "502, names the scope, 1 call";
    },
  },
  {
    number: "23",
    fault: "the device is unknown, or of a kind that cannot be helped or notified",
    expected: "404; 422 with the reason; where only notifying is impossible the agent gets the link",
    async run(stage) {
      const { agent } = stage;
      const unknown = await agent.ask({ deviceId: "00000000-0000-4000-8000-00000000dead" });
      expect(inShort(unknown)).toBe("404 device-not-found");
      const windows = {
        operatingSystem: "Windows",
        deviceType: "windowsRT" as const,
        managedDeviceOwnerType: "company",
      };
      const kinds: [Record<string, unknown>, string][] = [
        [{ ...windows, deviceType: "holoLens" }, "hololens"],
        [{ ...windows, deviceType: "surfaceHub" }, "surface-hub"],
        [{ ...windows, skuNumber: 178 }, "windows-10-s"],
      ];
      for (const [change, code] of kinds) {
        const { id } = agent.device("PHONE-ANA", change);
        const answer = await agent.ask({ deviceId: id });
        expect(inShort(answer)).toBe("422 device-not-eligible");
        expect(answer.json<{ reasons: { code: string }[] }>().reasons[0]?.code).toBe(code);
      }
      const unreachable = [{ operatingSystem: "macOS", deviceType: "macMDM" }, windows, { userId: null }];
      for (const change of unreachable as Record<string, unknown>[]) {
        const session = sessionOf(await agent.ask({ deviceId: agent.device("PHONE-ANA", change).id }));
        expect(session.notification.state).toBe("unsupported");
        expect(session.supporterUrl).toBeDefined();
      }
      return "404; 422 three times; 201 unsupported with link three times";
    },
  },
  {
    number: "24",
    fault: "Graph answers 429 with Retry-After 3 to the device look-up",
    expected: "503 + Retry-After; nothing done",
    note: "catalogue would wait up to 5 s inline; design: upstream-unavailable with Retry-After",
    async run(stage) {
      const busy = answering(DEVICE, { status: 429, headers: { "retry-after": "3" }, body: TOO_MANY });
      const { process } = await stage.facingGraph(busy);
      const request = requestOf(stage, { notify: false });
      const { answer, seen } = await timed(request.ask(process));
      expect([seen, answer.headers.get("retry-after")]).toEqual(["503 upstream-unavailable", "3"]);
      const { id } = sessionOf(await request.ask(process));
      expect(stage.agent.remotes(id)).toHaveLength(1);
      return "503, Retry-After 3; then 1 session";
    },
  },
  {
    number: "25",
    fault: "Graph answers 429 or 503 to the notification",
    expected: "queued again with a delay, sent once, counted once",
    async run(stage) {
      for (const status of [429, 503]) {
        const { id, deviceId, message } = await asked(stage);
        const front = await stage.front(
          "graph",
          answering(NOTIFY, { status, headers: { "retry-after": "40" }, body: TOO_MANY }),
        );
        const proxy = await stage.storage();
        const settings = { GRAPH_URL: front.url, AzureWebJobsStorage: proxy.connectionString };
        const process = stage.product.newProcess(settings);
        await process.deliver("notify", message);
        expect((await notificationOf(stage, id)).state).toBe("queued");
        const puts = proxy.calls.filter(({ service, about }) => service === "queue" && /^POST/.test(about));
        expect(puts.map(({ about }) => /visibilitytimeout=(\d+)/.exec(about)?.[1])).toEqual(["40"]);
        await process.deliver("notify", { ...message, attempt: 2 });
        expect((await notificationOf(stage, id)).state).toBe("sent");
        expect(stage.agent.sentTo(deviceId)).toHaveLength(1);
        const budget = (await stage.product.rows("notifications")).find(
          ({ partitionKey, rowKey }) => partitionKey === deviceId && rowKey === "budget",
        );
        expect(JSON.parse(String(budget?.times))).toHaveLength(1);
      }
      return "queued again after 40 s, 1 sent, 1 counted (429 and 503)";
    },
  },
  {
    number: "26",
    fault: "Graph answers 504 or 500, resets, or never answers to the notification",
    expected: "unknown, never sent again by itself",
    isWaiting: true,
    async run(stage) {
      const kinds = [
        answering({ ...NOTIFY, times: 0 }, { status: 504 }),
        answering({ ...NOTIFY, times: 0 }, { status: 500 }),
        async (...[call, response, pass, send]: Parameters<typeof passOn>) => {
          const answer = await pass();
          return NOTIFY.path.test(call.path) ? response.destroy() : send(answer);
        },
        async (...[call, , pass, send]: Parameters<typeof passOn>) => {
          const answer = await pass();
          if (!NOTIFY.path.test(call.path)) send(answer);
        },
      ];
      const most = await Promise.all(
        kinds.map(async (kind) => {
          const { id, deviceId, message } = await asked(stage);
          const { process, front } = await stage.facingGraph(kind);
          await process.deliver("notify", message);
          expect((await notificationOf(stage, id)).state).toBe("unknown");
          await stage.product.process().deliver("notify", message);
          expect(front.calls.filter(({ path }) => NOTIFY.path.test(path))).toHaveLength(1);
          return stage.agent.sentTo(deviceId).length;
        }),
      );
      expect(most).toEqual([0, 0, 1, 1]);
      return `unknown four times, sent ${most.join(", ")}`;
    },
  },
  {
    number: "27",
    fault: "the device gets another user between look-up and sending",
    expected: "looked at again before sending; nothing is sent, the session says why",
    note: "the session tells it (failed, user-changed); no audit entry, as nothing was done",
    async run(stage) {
      const { id, deviceId, message } = await asked(stage);
      stage.product.around.graph.putDevice({ id: deviceId, userId: "99999999-0000-4000-8000-000000000000" });
      await stage.product.process().deliver("notify", message);
      expect(await notificationOf(stage, id)).toMatchObject({ state: "failed", reason: "user-changed" });
      expect(stage.agent.sentTo(deviceId)).toHaveLength(0);
      return "failed user-changed, 0 sent";
    },
  },
  {
    number: "27a",
    fault: "the beta action for notifications changes its shape or is gone",
    expected: "failed, audited; the agent still has the link",
    async run(stage) {
      for (const status of [400, 404, 405]) {
        const { id, deviceId, message } = await asked(stage);
        const body = { error: { code: "BadRequest", message: "Resource not found for the segment" } };
        const { process } = await stage.facingGraph(answering({ ...NOTIFY, times: 0 }, { status, body }));
        await process.deliver("notify", message);
        const session = await stage.agent.look(id);
        expect(session.notification.state).toBe("failed");
        expect(session.supporterUrl).toBeDefined();
        expect((await stage.agent.auditLines(id)).some((line) => line.startsWith("notification.send failed"))).toBe(
          true,
        );
        expect(stage.agent.sentTo(deviceId)).toHaveLength(0);
      }
      return "failed three times, audited, link there";
    },
  },
  {
    number: "28",
    fault: "Graph's list pages in a loop, leads to another host or to another path",
    expected: "host and path are ours, pages are capped",
    async run(stage) {
      const elsewhere = await stage.front("graph");
      const paged = (next: (path: string) => string) =>
        stage.facingGraph((call, response) =>
          response
            .writeHead(200, { "content-type": "application/json" })
            .end(JSON.stringify({ value: [], "@odata.nextLink": next(call.path) })),
        );
      const loop = await paged((path) => `https://graph.microsoft.com${path}`);
      expect((await withToken(stage, "/api/devices?search=x", loop.process)).status).toBe(200);
      expect(loop.front.calls).toHaveLength(41);
      const away = await paged((path) => `${elsewhere.url}${path}`);
      expect((await withToken(stage, "/api/devices", away.process)).status).toBe(200);
      expect(elsewhere.calls).toHaveLength(0);
      const odd = await paged(() => "https://graph.microsoft.com/beta/users?$select=mail");
      expect(inShort(await withToken(stage, "/api/devices", odd.process))).toBe("502 upstream-invalid");
      return "ends after 10 pages of each of 4 searches and one look for people; 0 calls elsewhere; other path 502";
    },
  },
  {
    number: "29",
    fault: "Entra's keys cannot be read; a token has a key id nobody knows",
    expected: "never open: 503 and 401; kept keys serve on; at most one more look per 30 s",
    async run(stage) {
      let isDown = true;
      const front = await stage.front("entra", (call, response, pass, send) =>
        isDown ? response.writeHead(500).end() : passOn(call, response, pass, send),
      );
      const process = stage.product.newProcess({ ENTRA_URL: front.url });
      const claims = { iss: `${front.url}/${TENANT_ID}/v2.0` };
      expect(inShort(await withToken(stage, "/api/sessions", process, claims))).toBe("503 upstream-unavailable");
      isDown = false;
      stage.product.clock.advance(5_000);
      expect((await withToken(stage, "/api/sessions", process, claims)).status).toBe(200);
      isDown = true;
      expect((await withToken(stage, "/api/sessions", process, claims)).status).toBe(200);
      isDown = false;
      const before = front.calls.length;
      const unknown = await stage.product.tokenFor("Bruno Agent", { claims, header: { kid: "nobody-knows" } });
      for (let round = 0; round < 20; round += 1) {
        const answer = await process.request("GET", "/api/sessions", { token: unknown });
        expect(inShort(answer)).toBe("401 unauthenticated");
      }
      expect(front.calls.length - before).toBeLessThanOrEqual(1);
      return `503; kept keys serve; 20 unknown key ids 401 with ${front.calls.length - before} more look`;
    },
  },
  {
    number: "30",
    fault: "a token's times are 59 or 61 s off; the host's clock is 10 minutes off",
    expected: "59 s in, 61 s out; the lease compares no clocks",
    async run(stage) {
      const nowSeconds = Math.floor(stage.product.clock.now().getTime() / 1000);
      const look = async (claims: Record<string, unknown>) =>
        (await withToken(stage, "/api/sessions", stage.product.process(), claims)).status;
      const seen = [
        await look({ exp: nowSeconds - 59 }),
        await look({ exp: nowSeconds - 61 }),
        await look({ nbf: nowSeconds + 59 }),
        await look({ nbf: nowSeconds + 61 }),
        await look({ exp: nowSeconds - 600 }),
        await look({ nbf: nowSeconds + 600 }),
      ];
      expect(seen).toEqual([200, 401, 200, 401, 401, 401]);
      return seen.join(" ");
    },
  },
];
