import { expect } from "@jest/globals";
import { connectorOf, liveGrants } from "../../connect.ts";
import { passOn } from "../front.ts";
import { type Case, inShort, requestOf, sessionOf, timed } from "./case.ts";

const isFull = process.env.TRUST === "full";
const EQUAL_REQUESTS = isFull ? 1000 : 60;
const FLOOD = isFull ? 5000 : 500;

export const callerCases: Case[] = [
  {
    number: "49",
    fault: `the same request ${EQUAL_REQUESTS} times at once, to four processes`,
    expected: "1 session; every answer that session or 409 (503 on a machine that is too slow)",
    isAlone: true,
    async run(stage) {
      const processes = [0, 1, 2, 3].map(() => stage.product.newProcess());
      const request = requestOf(stage);
      const asked = Array.from({ length: EQUAL_REQUESTS }, (_, index) => request.ask(processes[index % 4]));
      const answers = await Promise.all(asked);
      const made = answers.filter(({ status }) => status === 201).map((answer) => sessionOf(answer).id);
      const others = answers.filter(({ status }) => status !== 201).map(inShort);
      expect(new Set(made).size).toBe(1);
      const busy = others.filter((each) => each !== "409 request-in-progress");
      expect(new Set([...busy, "503 upstream-unavailable"]).size).toBe(1);
      expect(stage.agent.remotes(made[0] ?? "")).toHaveLength(1);
      return `${made.length} x 201 of one session, ${others.length - busy.length} x 409, ${busy.length} x 503`;
    },
  },
  {
    number: "50",
    fault: "a body of 2 MB, 10,000 levels deep, with 10,000 keys, keys twice, __proto__",
    expected: "413 or 400 in at most 50 ms, nothing done",
    async run(stage) {
      const token = await stage.product.tokenFor("Bruno Agent");
      const { id } = stage.agent.device();
      const keys = Array.from({ length: 10_000 }, (_, index) => `"k${index}":1`).join(",");
      const bodies: [string, string][] = [
        [`{"deviceId":"${id}","reason":"${"x".repeat(2 * 1024 * 1024)}"}`, "413 payload-too-large"],
        [`${"[".repeat(10_000)}${"]".repeat(10_000)}`, "400 invalid-request"],
        [`{"a":`.repeat(10_000), "400 invalid-request"],
        [`{${keys}}`, "413 payload-too-large"],
        [`{${keys.slice(0, 30_000)}:1}`, "400 invalid-request"],
        [`{"deviceId":"${id}","deviceId":7}`, "400 invalid-request"],
        [`{"deviceId":"${id}","__proto__":{"notify":false}}`, "400 invalid-request"],
        [`{"deviceId":"${id}","constructor":{"prototype":{"admin":true}}}`, "400 invalid-request"],
      ];
      let slowest = 0;
      const headers = { "idempotency-key": "case-50", "content-type": "application/json" };
      for (const [body, expected] of bodies) {
        // The fastest of eight: other cases run at the same time.
        const tries = [];
        for (let round = 0; round < 8; round += 1)
          tries.push(await timed(stage.product.request("POST", "/api/sessions", { token, body, headers })));
        expect(new Set(tries.map(({ seen }) => seen))).toEqual(new Set([expected]));
        slowest = Math.max(slowest, Math.min(...tries.map(({ ms }) => ms)));
      }
      expect(slowest).toBeLessThan(50);
      expect(({} as Record<string, unknown>).admin).toBeUndefined();
      return `413 and 400, slowest ${Math.ceil(slowest)} ms`;
    },
  },
  {
    number: "52",
    fault: `${FLOOD} unauthenticated requests at once`,
    expected: "401s, no call leaves; others are served meanwhile",
    isAlone: true,
    async run(stage) {
      const { process, front } = await stage.facingTeamViewer(passOn);
      const tokens = [undefined, "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.x"];
      const flood = Array.from({ length: FLOOD }, (_, index) => {
        const token = tokens[index % tokens.length];
        return process.request("POST", "/api/sessions", { token, body: { deviceId: "x" } });
      });
      const legitimate = timed(requestOf(stage, { notify: false }).ask(process));
      expect(new Set((await Promise.all(flood)).map(inShort))).toEqual(new Set(["401 unauthenticated"]));
      const { seen, ms } = await legitimate;
      expect(seen).toBe("201");
      expect(front.calls.filter(({ method }) => method === "POST")).toHaveLength(1);
      return `${FLOOD} x 401, 0 calls; one with a token served in ${Math.round(ms)} ms meanwhile`;
    },
  },
  {
    number: "53",
    fault: "the caller's role is taken away",
    expected: "403 with the next token",
    async run(stage) {
      const look = async (roles: string[]) => {
        const token = await stage.product.tokenFor("Bruno Agent", { claims: { roles } });
        return inShort(await stage.product.request("GET", "/api/sessions", { token }));
      };
      const seen = [await look(["RemoteAssistance.Request"]), await look([]), await look(["RemoteAssistance.Update"])];
      expect(seen).toEqual(["200", "403 forbidden", "403 forbidden"]);
      return seen.join(", ");
    },
  },
  {
    number: "54",
    fault:
      "two administrators connect at once; one connects during a refresh; one disconnects during a session request",
    expected: "one connection, the other revoked; no session of a removed connection stays open",
    isAlone: true,
    async run(stage) {
      const { admin, product, agent } = stage;
      const [mine, hers] = [await admin.waiting("Ada Administrator"), await admin.waiting("Deployment script")];
      const confirmed = await Promise.all([admin.confirmed(mine), admin.confirmed(hers, "Deployment script")]);
      expect(confirmed.map(({ status }) => status).every((status) => status === 200)).toBe(true);
      await product.runTimer("follow-sessions");
      expect([liveGrants(product).length, (await product.secretNames()).length]).toEqual([1, 1]);

      product.clock.advance(24 * 3_600_000 + 1000);
      product.around.teamviewer.addFault({ path: "/oauth2/token$", delayMs: 300 });
      const another = await admin.waiting();
      await Promise.all([requestOf(stage, { notify: false }).ask(), admin.confirmed(another)]);
      await product.runTimer("follow-sessions");
      expect([liveGrants(product).length, (await connectorOf(product)).status]).toEqual([1, "connected"]);

      product.around.teamviewer.addFault({ method: "POST", path: "/sessions$", delayMs: 300 });
      const request = requestOf(stage, { notify: false });
      const asked = request.ask();
      const token = await product.tokenFor("Ada Administrator");
      await product.request("DELETE", "/api/connector", { token });
      const started = inShort(await asked);
      expect(["201", "409 connector-not-connected", "503 upstream-unavailable"]).toContain(started);
      expect(inShort(await requestOf(stage).ask())).toBe("409 connector-not-connected");
      expect(liveGrants(product)).toHaveLength(0);
      await agent.follow(3);
      return `1 grant after both; the request that was under way: ${started}; the next 409`;
    },
  },
];
