import { once } from "node:events";
import { gzipSync } from "node:zlib";
import { expect } from "@jest/globals";
import { answering, type Misbehaviour } from "../front.ts";
import { type Case, inShort, requestOf, type Stage, sessionOf, timed } from "./case.ts";

const CREATE = { method: "POST", path: /\/api\/v1\/sessions$/ };
const isCreate = ({ method, path }: { method: string; path: string }) => method === "POST" && CREATE.path.test(path);
const isSessionCall = ({ path }: { path: string }) => path.startsWith("/api/v1/sessions");
const MIB = 1024 * 1024;

/** One request while TeamViewer misbehaves: its answer, then the same again with TeamViewer well: one session, whatever happened. */
async function oneSession(stage: Stage, misbehave: Misbehaviour) {
  const { process, front } = await stage.facingTeamViewer(misbehave);
  const request = requestOf(stage, { notify: false });
  const first = await timed(request.ask(process));
  const creates = front.calls.filter(isCreate).length;
  const again = await request.ask();
  expect(inShort(again)).toBe("201");
  const { id } = sessionOf(again);
  expect(stage.agent.remotes(id).filter(({ state }) => state === "Open")).toHaveLength(1);
  return { ...first, id, creates, front, remotes: stage.agent.remotes(id).length };
}

/** What TeamViewer answers to a create, without doing it. */
const saying = (answer: Parameters<typeof answering>[1]) => answering({ ...CREATE, times: 0 }, answer);

/** Does what is asked and changes a field of the answer to a create. */
const changing =
  (change: Record<string, unknown>): Misbehaviour =>
  async (call, _response, pass, send) => {
    const answer = await pass();
    const text = isCreate(call) ? JSON.stringify({ ...(JSON.parse(answer.text) as object), ...change }) : answer.text;
    send({ ...answer, text });
  };

export const teamviewerCases: Case[] = [
  {
    number: "1",
    fault: "TeamViewer answers 500, 502 or 503 to a new session",
    expected: "502 problem, resumable by its key, audited; 503 is not ambiguous",
    note: "a 503 stays 503 upstream-unavailable (design: codes); a 5xx is not tried again inline but looked up",
    async run(stage) {
      const seen: string[] = [];
      for (const status of [500, 502, 503]) {
        const tried = await oneSession(stage, saying({ status }));
        expect(tried.creates).toBe(1);
        expect(tried.remotes).toBe(1);
        const refusal = status === 503 ? "refused upstream-unavailable" : "unknown upstream-invalid";
        expect(await stage.agent.auditLines(tried.id)).toEqual([
          "session.request intent",
          `session.request ${refusal}`,
          "session.request intent",
          "session.request success",
        ]);
        seen.push(tried.seen);
      }
      expect(seen).toEqual(["502 upstream-invalid", "502 upstream-invalid", "503 upstream-unavailable"]);
      return `${seen.join(", ")}; 1 session each after asking again`;
    },
  },
  {
    number: "2",
    fault: "TeamViewer answers 429 with Retry-After 3",
    expected: "503 + Retry-After passed on",
    async run(stage) {
      const { answer, seen, remotes } = await oneSession(
        stage,
        saying({ status: 429, headers: { "retry-after": "3" } }),
      );
      expect([seen, answer.headers.get("retry-after"), remotes]).toEqual(["503 upstream-unavailable", "3", 1]);
      return `${seen}, Retry-After 3`;
    },
  },
  {
    number: "3",
    fault: "TeamViewer answers 429 with Retry-After 86400, negative, an HTTP date or garbage",
    expected: "503 with a capped Retry-After; no sleeping function",
    async run(stage) {
      const values = ["86400", "-5", "Wed, 21 Oct 2037 07:28:00 GMT", "soon"];
      const tried = await Promise.all(
        values.map((value) => oneSession(stage, saying({ status: 429, headers: { "retry-after": value } }))),
      );
      const seconds = tried.map(({ answer }) => Number(answer.headers.get("retry-after")));
      expect(seconds).toEqual([3600, 60, 60, 60]);
      expect(new Set(tried.map(({ seen }) => seen))).toEqual(new Set(["503 upstream-unavailable"]));
      for (const { ms } of tried) expect(ms).toBeLessThan(5000);
      return `503, Retry-After ${seconds.join(", ")}`;
    },
  },
  {
    number: "4",
    fault: "TeamViewer refuses the connection or has no address",
    expected: "503 in at most 5 s, nothing doubled",
    note: "catalogue says 502; design: upstream-unavailable 503. The circuit after five: tests/lib/adapters/circuit.test.ts",
    async run(stage) {
      const closed = await stage.front("teamviewer");
      await closed.close();
      const seen: string[] = [];
      for (const url of [closed.url, "https://teamviewer.invalid"]) {
        const process = stage.product.newProcess({ TEAMVIEWER_API_URL: url });
        const tried = await timed(requestOf(stage).ask(process));
        expect(tried.ms).toBeLessThan(5000);
        seen.push(tried.seen);
      }
      expect(seen).toEqual(["503 upstream-unavailable", "503 upstream-unavailable"]);
      return seen.join(", ");
    },
  },
  {
    number: "5",
    fault: "TeamViewer takes the request and never answers, nor the look-up after it",
    expected: "504 after the deadlines; asked again it is looked up: 1 session",
    isWaiting: true,
    async run(stage) {
      const { seen, ms, creates, remotes } = await oneSession(stage, async (call, _response, pass, send) => {
        if (!isSessionCall(call)) return send(await pass());
        if (isCreate(call)) await pass();
      });
      expect([seen, creates, remotes]).toEqual(["504 upstream-timeout", 1, 1]);
      expect(ms).toBeLessThan(30_000);
      return `${seen} after ${Math.round(ms / 1000)} s, 1 session`;
    },
  },
  {
    number: "6",
    fault: "TeamViewer drips its answer, a byte a second",
    expected: "a total deadline ends it",
    isWaiting: true,
    async run(stage) {
      const { seen, ms, remotes } = await oneSession(stage, async (call, response, pass, send) => {
        if (!isCreate(call)) return send(await pass());
        response.writeHead(200, { "content-type": "application/json" });
        const drip = setInterval(() => response.write("{"), 1000);
        response.on("close", () => clearInterval(drip));
      });
      expect([seen, remotes]).toEqual(["504 upstream-timeout", 1]);
      expect(ms).toBeLessThan(20_000);
      return `${seen} after ${Math.round(ms / 1000)} s`;
    },
  },
  {
    number: "7",
    fault: "TeamViewer makes the session and cuts the connection",
    expected: "looked up, no second POST",
    async run(stage) {
      const { seen, creates, remotes } = await oneSession(stage, async (call, response, pass, send) => {
        const answer = await pass();
        return isCreate(call) ? response.destroy() : send(answer);
      });
      expect([seen, creates, remotes]).toEqual(["201", 1, 1]);
      return "201 by look-up, 1 POST, 1 session";
    },
  },
  {
    number: "8",
    fault: "TeamViewer answers 200 with broken JSON, HTML, nothing, wrong types, a null link or extra fields",
    expected: "502 upstream-invalid, nothing of the body shown or logged; extra fields do no harm",
    async run(stage) {
      const secret = "leaked-body-7f3a";
      const bodies = [
        `{"code":"${secret}`,
        `<html>${secret}</html>`,
        "",
        "null",
        `["${secret}"]`,
        { code: 5, supporter_link: secret, end_customer_link: [] },
        { code: "s12-345-678", supporter_link: null, end_customer_link: secret },
      ];
      for (const body of bodies) {
        const { answer, seen, remotes } = await oneSession(stage, saying({ status: 200, body }));
        expect([seen, remotes]).toEqual(["502 upstream-invalid", 1]);
        expect(answer.text).not.toContain(secret);
      }
      expect(stage.product.logs.join("\n")).not.toContain(secret);
      const extra = await oneSession(stage, changing({ extra: { deep: [1] }, __proto__: { admin: true } }));
      expect([extra.seen, extra.remotes]).toEqual(["201", 1]);
      return `502 for ${bodies.length} kinds of body, 201 with extra fields`;
    },
  },
  {
    number: "9",
    fault: "TeamViewer answers with 50 MB, or with a gzip bomb of that size",
    expected: "reading stops at 1 MiB; 502",
    async run(stage) {
      let written = 0;
      const huge = await oneSession(stage, async (call, response, pass, send) => {
        if (!isCreate(call)) return send(await pass());
        response.writeHead(200, { "content-type": "application/json", "content-length": 50 * MIB });
        const chunk = Buffer.alloc(64 * 1024, 32);
        const closed = once(response, "close");
        while (written < 50 * MIB && !response.destroyed) {
          written += chunk.length;
          if (response.write(chunk)) continue;
          await Promise.race([once(response, "drain"), closed]);
        }
      });
      expect(huge.seen).toBe("502 upstream-invalid");
      expect(written).toBeLessThan(10 * MIB);
      const bomb = gzipSync(Buffer.alloc(50 * MIB, 32));
      const packed = await oneSession(stage, async (call, response, pass, send) => {
        if (!isCreate(call)) return send(await pass());
        response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb);
      });
      expect(packed.seen).toBe("502 upstream-invalid");
      return `502 twice; of 50 MB ${(written / MIB).toFixed(1)} MB left the server`;
    },
  },
  {
    number: "10",
    fault: "TeamViewer's answer has a link to another host, a javascript: or an http link",
    expected: "refused, 502; the session is closed at TeamViewer; audited",
    note: "there is no audit action for security events: the outcome is `refused upstream-invalid`",
    async run(stage) {
      const links = ["https://teamviewer.com.evil.example/s", "javascript:alert(1)", "http://get.teamviewer.com/s1"];
      for (const link of links) {
        for (const field of ["supporter_link", "end_customer_link"]) {
          const { answer, seen, id, remotes } = await oneSession(stage, changing({ [field]: link }));
          expect([seen, remotes]).toEqual(["502 upstream-invalid", 2]);
          expect(answer.text).not.toContain(link);
          expect(await stage.agent.auditLines(id)).toContain("session.request refused upstream-invalid");
        }
      }
      return "502 for 6 links, their sessions closed, none shown";
    },
  },
  {
    number: "11",
    fault: "TeamViewer redirects to another host while we send a bearer token",
    expected: "not followed, the token is not sent there",
    async run(stage) {
      const elsewhere = await stage.front("teamviewer");
      const seen: string[] = [];
      for (const status of [301, 302, 307]) {
        const headers = { location: `${elsewhere.url}/api/v1/sessions` };
        seen.push((await oneSession(stage, saying({ status, headers }))).seen);
      }
      expect(elsewhere.calls).toHaveLength(0);
      expect(new Set(seen)).toEqual(new Set(["502 upstream-invalid"]));
      return "502 three times, 0 calls there";
    },
  },
  {
    number: "19a",
    fault: "TeamViewer throttles with 403 rate_limit_reached or blocked, without Retry-After",
    expected: "503 + Retry-After of at least 60 s, no word of permissions, no refresh, no new consent",
    async run(stage) {
      for (const error of ["rate_limit_reached", "blocked"]) {
        const { answer, seen, front } = await oneSession(stage, saying({ status: 403, body: { error } }));
        expect([seen, answer.headers.get("retry-after")]).toEqual(["503 upstream-unavailable", "60"]);
        expect(answer.text).not.toMatch(/permission|consent/i);
        expect(front.calls.filter(({ path }) => path.includes("/oauth2/"))).toHaveLength(0);
      }
      return "503, Retry-After 60, 0 token calls";
    },
  },
  {
    number: "19c",
    fault: "TeamViewer makes the session and the answer never comes",
    expected: "our id is looked up before any second POST; 0 second sessions",
    isWaiting: true,
    async run(stage) {
      const { seen, ms, creates, remotes, front } = await oneSession(stage, async (call, _response, pass, send) => {
        const answer = await pass();
        if (!isCreate(call)) send(answer);
      });
      expect([seen, creates, remotes]).toEqual(["201", 1, 1]);
      expect(front.calls.at(-1)).toMatchObject({ method: "GET" });
      return `201 by look-up after ${Math.round(ms / 1000)} s, 1 session`;
    },
  },
];
