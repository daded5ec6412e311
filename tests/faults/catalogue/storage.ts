import { TableClient } from "@azure/data-tables";
import { expect } from "@jest/globals";
import { liveGrants, tokenCalls } from "../../connect.ts";
import { must } from "../../requesting.ts";
import { type Case, inShort, messageOf, requestOf, sessionOf, timed } from "./case.ts";

const PUT_MESSAGE = /^POST [^\n]*\/notifications\/messages/;
const AUDIT_INSERT = /^POST [^\n]*\/audit\d{6}/;

export const storageCases: Case[] = [
  {
    number: "36",
    fault: "an insert's answer is lost, so that the SDK's second try meets our own row (409)",
    expected: "ours is success: 1 session, 1 audit entry each",
    async run(stage) {
      for (const about of [/\$batch[\s\S]*new~/, AUDIT_INSERT, /\$batch[\s\S]*owed~/]) {
        const { process, proxy } = await stage.facingStorage();
        proxy.fail({ about, behaviour: "reset-after" });
        const session = sessionOf(must(await requestOf(stage).ask(process), 201));
        expect(stage.agent.remotes(session.id)).toHaveLength(1);
        expect(await stage.agent.auditLines(session.id)).toEqual(["session.request intent", "session.request success"]);
      }
      return "201 three times, 1 session and 2 audit entries each";
    },
  },
  {
    number: "37",
    fault: "a table change meets 412, twice, then for ever",
    expected: "read again, decided again, at most 5 rounds, then 503; asked again: 1 session",
    async run(stage) {
      const { process, proxy } = await stage.facingStorage();
      proxy.fail({ about: /\$batch[\s\S]*owed~/, behaviour: 412, times: 2 });
      expect(inShort(await requestOf(stage, { notify: false }).ask(process))).toBe("201");
      proxy.fail({ about: /\$batch[\s\S]*owed~/, behaviour: 412, times: 0 });
      const request = requestOf(stage, { notify: false });
      const stuck = await timed(request.ask(process));
      expect(stuck.seen).toBe("503 upstream-unavailable");
      const session = sessionOf(must(await request.ask(), 201));
      expect(stage.agent.remotes(session.id)).toHaveLength(1);
      return "201 after 2; 503 for ever, then 1 session";
    },
  },
  {
    number: "38",
    fault: "tables answer 500 or 503 ServerBusy, twice, then for ever",
    expected: "tried again inside the deadline; no audit intent: nothing is done",
    async run(stage) {
      for (const status of [500, 503]) {
        const { process, proxy } = await stage.facingStorage();
        proxy.fail({ about: /./, behaviour: status, times: 2 });
        expect(inShort(await requestOf(stage, { notify: false }).ask(process))).toBe("201");
      }
      const { process, proxy } = await stage.facingStorage();
      proxy.fail({ about: AUDIT_INSERT, behaviour: 503, times: 0 });
      const request = requestOf(stage, { notify: false });
      const refused = await timed(request.ask(process));
      expect(refused.seen).toBe("503 upstream-unavailable");
      expect(refused.ms).toBeLessThan(12_000);
      const session = sessionOf(must(await request.ask(), 201));
      expect(stage.agent.remotes(session.id)).toHaveLength(1);
      return `201 after two of each; 503 without intent after ${(refused.ms / 1000).toFixed(1)} s, nothing made`;
    },
  },
  {
    number: "39",
    fault: "the table service is down",
    expected: "503 fast, no TeamViewer session",
    async run(stage) {
      const proxy = await stage.storage();
      await proxy.close();
      const { front } = await stage.facingTeamViewer((_call, _response, pass, send) => pass().then(send));
      const settings = { AzureWebJobsStorage: proxy.connectionString, TEAMVIEWER_API_URL: front.url };
      const { seen, ms } = await timed(requestOf(stage).ask(stage.product.newProcess(settings)));
      expect(seen).toBe("503 upstream-unavailable");
      expect(ms).toBeLessThan(5000);
      expect(front.calls).toHaveLength(0);
      return `503 after ${(ms / 1000).toFixed(1)} s, 0 TeamViewer calls`;
    },
  },
  {
    number: "40",
    fault: "the queue does not take the message once the session is stored",
    expected: "201, notification queued; the outbox is sent by the timer",
    isAlone: true,
    async run(stage) {
      const { process, proxy } = await stage.facingStorage();
      proxy.fail({ about: PUT_MESSAGE, behaviour: 403, times: 0 });
      const request = requestOf(stage);
      const session = sessionOf(must(await request.ask(process), 201));
      expect([session.notification.state, await stage.agent.queueLength()]).toEqual(["queued", 0]);
      await stage.agent.follow(2);
      await stage.agent.follow(2);
      await stage.agent.deliverAll();
      expect(stage.agent.sentTo(request.deviceId)).toHaveLength(1);
      expect((await stage.agent.look(session.id)).notification.state).toBe("sent");
      return "201 queued, sent once by the timer";
    },
  },
  {
    number: "41",
    fault: "the queue takes the message and its answer is lost",
    expected: "the second message sends nothing",
    async run(stage) {
      const { process, proxy } = await stage.facingStorage();
      proxy.fail({ about: PUT_MESSAGE, behaviour: "reset-after" });
      const request = requestOf(stage);
      const session = sessionOf(must(await request.ask(process), 201));
      const taken = proxy.calls.filter(({ about }) => PUT_MESSAGE.test(about)).length;
      expect(taken).toBe(2);
      for (let copy = 0; copy < taken; copy += 1) await process.deliver("notify", messageOf(session));
      expect(stage.agent.sentTo(request.deviceId)).toHaveLength(1);
      return `${taken} messages, 1 sent`;
    },
  },
  {
    number: "42",
    fault: "a message is delivered five times at once to four processes, and one after its notAfter",
    expected: "one sent; the late one expired",
    async run(stage) {
      const processes = [0, 1, 2, 3].map(() => stage.product.newProcess());
      const request = requestOf(stage);
      const session = sessionOf(await request.ask());
      const copies = [...processes, processes[0]].map((process) => process?.deliver("notify", messageOf(session)));
      await Promise.all(copies);
      expect(stage.agent.sentTo(request.deviceId)).toHaveLength(1);
      const late = requestOf(stage);
      const lateSession = sessionOf(await late.ask());
      const notAfter = stage.product.clock.now().toISOString();
      await processes[0]?.deliver("notify", { ...messageOf(lateSession), notAfter });
      expect(stage.agent.sentTo(late.deviceId)).toHaveLength(0);
      expect((await stage.agent.look(lateSession.id)).notification.state).toBe("expired");
      return "5 copies, 1 sent; late: expired, 0 sent";
    },
  },
  {
    number: "43",
    fault: "a queue message is malformed: no JSON, huge, unknown version, prototype keys, wrong types",
    expected: "poison at once, audited; the worker lives",
    async run(stage) {
      const { process, proxy } = await stage.facingStorage();
      const good = messageOf({ id: "0".repeat(32), expiresAt: "2030-01-01T00:00:00.000Z" });
      const messages: unknown[] = [
        "not json",
        "",
        "{",
        null,
        42,
        [],
        {},
        { ...good, v: 2 },
        { ...good, sessionId: "../../x" },
        { ...good, extra: 1 },
        { ...good, number: 1e9 },
        JSON.parse('{"__proto__":{"v":1},"constructor":{}}'),
        "x".repeat(48 * 1024),
        "\u0000".repeat(40 * 1024),
      ];
      for (const message of messages) await process.deliver("notify", message);
      const poisoned = proxy.calls.filter(
        ({ about, status }) => /^POST [^\n]*notifications-poison\/messages/.test(about) && status === 201,
      ).length;
      expect(poisoned).toBe(messages.length);
      const before = (await stage.agent.audited()).length;
      for (const message of messages) await process.deliver("notify-poison", message);
      expect((await stage.agent.audited()).length).toBeGreaterThanOrEqual(before + messages.length);
      return `${poisoned} of ${messages.length} in poison at once, each audited`;
    },
  },
  {
    number: "44",
    fault: "the lease is lost while TeamViewer is being asked for a new token set",
    expected: "the set is stored all the same; the pointer moves by its tag; the next reads what was stored",
    isAlone: true,
    async run(stage) {
      const { product } = stage;
      const table = TableClient.fromConnectionString(product.around.storage.connectionString, "connections", {
        allowInsecureConnection: true,
      });
      const { process, proxy } = await stage.facingStorage();
      product.clock.advance(24 * 3_600_000 + 1000);
      const pointing = proxy.hold(/^PUT [^\n]*connections[\s\S]*secretVersion/);
      const first = requestOf(stage, { notify: false }).ask(process);
      await pointing.reached;
      const rows = await product.rows("connections");
      const held = rows.find(({ partitionKey }) => partitionKey === "lease");
      await table.upsertEntity(
        { partitionKey: "lease", rowKey: String(held?.rowKey), owner: "", beat: "taken" },
        "Replace",
      );
      const current = rows.find(({ connection }) => connection);
      await table.upsertEntity({ ...(current as { partitionKey: string; rowKey: string }) }, "Replace");
      pointing.release();
      expect(inShort(await first)).toBe("201");
      expect(inShort(await requestOf(stage, { notify: false }).ask(product.newProcess()))).toBe("201");
      expect([tokenCalls(product, "refresh_token").length, liveGrants(product).length]).toEqual([1, 1]);
      return "201 and 201, 1 token call, grant lives";
    },
  },
];
