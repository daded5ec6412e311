import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { SessionView } from "../../lib/sessions/session.ts";
import { type Answer, type AppProcess, startTestApp, type TestApp } from "../app.ts";
import { connecting, connectorOf, liveGrants } from "../connect.ts";
import { requesting } from "../requesting.ts";
import { type Fleet, type Reply, startFleet } from "./fleet.ts";

/** `TRUST=full`: more rounds, and processes of their own instead of several apps in this one. */
const isFull = process.env.TRUST === "full";
const FULL_TIMEOUT_MS = 1_200_000;
const limitMs = isFull ? FULL_TIMEOUT_MS : 120_000;

const say = (text: string) => void process.stderr.write(`${text}\n`);
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const count = <T>(items: readonly T[], is: (item: T) => boolean) => items.filter(is).length;
const codeOf = ({ text }: { text: string }) => (JSON.parse(text) as { code?: string }).code;

/** How often each status and problem code was answered. */
function tally(replies: readonly Reply[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const reply of replies) {
    const name = reply.status < 300 ? String(reply.status) : `${reply.status} ${codeOf(reply)}`;
    found[name] = (found[name] ?? 0) + 1;
  }
  return found;
}

/** The session that all successful answers show: they must be the same one, and all others `request-in-progress`. */
function onlySession(replies: readonly Reply[]): SessionView {
  const made = replies.filter(({ status }) => status === 201);
  const others = replies.filter(({ status }) => status !== 201);
  expect(others.filter((reply) => reply.status !== 409 || codeOf(reply) !== "request-in-progress")).toEqual([]);
  const views = made.map(({ text }) => JSON.parse(text) as SessionView);
  const distinct = (all: unknown[]) => [...new Set(all.map((each) => JSON.stringify(each)))];
  expect(distinct(views.map((view) => ({ ...view, notification: 0, supporterUrl: 0 })))).toHaveLength(1);
  // Who asks while TeamViewer does not answer gets the session without its link.
  expect(distinct(views.flatMap(({ supporterUrl }) => (supporterUrl ? [supporterUrl] : [])))).toHaveLength(1);
  return JSON.parse(made[0]?.text ?? "") as SessionView;
}

type Asked = { sessionId: string; answer: string; given: Answer };

/** A session that many ended at once, and what they were told. */
type Raced = { session: SessionView; asked: Asked[]; closed: { sessionId: string; given: Answer }[] };

describe("Several processes of the product", () => {
  let product: TestApp;
  let agent: ReturnType<typeof requesting>;
  let processes: AppProcess[];

  beforeAll(async () => {
    product = await startTestApp();
    agent = requesting(product);
    await connecting(product).connected();
    processes = times(4, () => product.newProcess());
  });

  afterAll(() => product.stop());

  const any = () => processes[randomInt(processes.length)] as AppProcess;
  const answerAt = (sessionId: string, process: AppProcess, answer: "accept" | "decline", path: string) =>
    process.request("POST", path, { body: `answer=${answer}` }).then((given) => ({ sessionId, answer, given }));

  test("make of 120 equal requests at once one session, one notification", async () => {
    const phone = agent.device();
    const key = randomUUID();
    product.around.teamviewer.addFault({ method: "POST", path: "/sessions$", delayMs: 400 });
    const replies = await Promise.all(
      times(120, (index) => agent.ask({ deviceId: phone.id }, { key, process: processes[index % 3] as AppProcess })),
    );
    const session = onlySession(replies);
    expect(replies.filter(({ status, text }) => status === 201 && !text.includes("supporterUrl"))).toEqual([]);
    await Promise.all([agent.deliverAll(any()), agent.deliverAll(any())]);
    const figures = { remotes: agent.remotes(session.id).length, notifications: agent.sentTo(phone.id).length };
    expect(figures).toEqual({ remotes: 1, notifications: 1 });
    // Ask again when it is over: everybody gets the session.
    const again = await agent.ask({ deviceId: phone.id }, { key, process: any() });
    expect([again.status, again.json().id]).toEqual([201, session.id]);
    say(`equal requests: ${JSON.stringify(tally(replies))}, ${JSON.stringify(figures)}`);
  });

  test("ask TeamViewer once for a link that is wanted 40 times at once", async () => {
    const { id, code, supporterUrl } = await agent.open({ deviceId: agent.device("PC-001").id });
    const process = product.newProcess();
    const seen = await Promise.all(times(40, () => agent.look(id, { process })));
    expect(new Set(seen.map((each) => each.supporterUrl))).toEqual(new Set([supporterUrl]));
    expect(agent.callsTo(new RegExp(code), "GET")).toHaveLength(1);
  });

  test("make of 100 different requests with one key one session, and refuse the others", async () => {
    const phone = agent.device();
    const key = randomUUID();
    const replies = await Promise.all(
      times(100, (index) => agent.ask({ deviceId: phone.id, reason: `No ${index}` }, { key, process: any() })),
    );
    const found = tally(replies);
    expect(found).toEqual({
      201: 1,
      "422 idempotency-key-reused": expect.any(Number),
      ...(found["409 request-in-progress"] ? { "409 request-in-progress": expect.any(Number) } : {}),
    });
    const made = replies.find(({ status }) => status === 201)?.json<SessionView>();
    expect(agent.remotes(made?.id ?? "")).toHaveLength(1);
    expect(replies.findIndex(({ status }) => status === 201)).toBe(Number(made?.reason?.slice(3)));
    await agent.deliverAll();
    expect(agent.sentTo(phone.id)).toHaveLength(1);
    say(`one key, 100 requests: ${JSON.stringify(found)}`);
  });

  test("make of the same key of two agents two sessions", async () => {
    const phone = agent.device();
    const key = randomUUID();
    const asked = ["Bruno Agent", "Chiara Agent", "Ticket system"].map((as) =>
      Promise.all(times(5, () => agent.ask({ deviceId: phone.id }, { as, key, process: any() }))),
    );
    const sessions = (await Promise.all(asked)).map(onlySession);
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(3);
    expect(new Set(sessions.map(({ code }) => code)).size).toBe(3);
    await agent.deliverAll();
    expect(agent.sentTo(phone.id)).toHaveLength(3);
  });

  const SESSIONS = isFull ? 1000 : 60;
  const BATCH = 20;

  test(
    `send one notification each, and end each of ${SESSIONS} sessions once, whatever comes twice and at once`,
    async () => {
      const sum = {
        sessions: 0,
        deliveries: 0,
        doubled: 0,
        unsent: 0,
        answers: 0,
        ended: {} as Record<string, number>,
      };
      const all: Raced[] = [];
      for (let batch = 0; batch < SESSIONS / BATCH; batch += 1) {
        const opened = await Promise.all(times(BATCH, () => agent.open({}, { process: any() })));
        const messages = (await agent.messages()).flatMap(({ message }) => times(1 + randomInt(5), () => message));
        const shuffled = messages.map((message) => ({ message, at: Math.random() })).sort((a, b) => a.at - b.at);
        await Promise.all(shuffled.map(({ message }) => any().deliver("notify", message)));
        for (const { message } of await agent.messages()) await any().deliver("notify", message);
        const sent = opened.map(({ device }) => agent.sentTo(device.id).length);
        sum.sessions += opened.length;
        sum.deliveries += messages.length;
        sum.doubled += count(sent, (each) => each > 1);
        sum.unsent += count(sent, (each) => each === 0);

        const raced = await race(opened, batch % 2 === 1);
        all.push(...raced);
      }
      await tellEndings(all, sum);
      say(`deliveries and endings: ${JSON.stringify(sum)}`);
      expect(sum).toMatchObject({ sessions: SESSIONS, doubled: 0, unsent: 0 });
      expect(Object.keys(sum.ended).sort()).toEqual(["closed", "declined", "expired"]);
    },
    limitMs,
  );

  /** Accepting, declining (both twice), closing and, for half of the rounds, the end of their time, all at once. */
  async function race(opened: readonly SessionView[], withExpiry: boolean): Promise<Raced[]> {
    const token = await product.tokenFor("Bruno Agent");
    const soon = async <T>(work: () => Promise<T>): Promise<T> => {
      await delay(randomInt(25));
      return work();
    };
    const answers: Promise<Asked>[] = [];
    const closings: Promise<{ sessionId: string; given: Answer }>[] = [];
    for (const { id, device } of opened) {
      const link = agent.linkOf(device.id);
      for (const answer of ["accept", "decline", "accept"] as const)
        if (randomInt(3) > 0) answers.push(soon(() => answerAt(id, any(), answer, link)));
      if (randomInt(2) > 0)
        closings.push(
          soon(() => any().request("POST", `/api/sessions/${id}/close`, { token })).then((given) => ({
            sessionId: id,
            given,
          })),
        );
    }
    const timers = times(withExpiry ? 2 : 0, () =>
      soon(async () => {
        if (product.clock.now().toISOString() < (opened[0]?.expiresAt ?? "")) product.clock.advance(60 * 60_000);
        await any().runTimer("follow-sessions");
      }),
    );
    const [answered, closed] = await Promise.all([Promise.all(answers), Promise.all(closings), ...timers]);
    // The rest comes to its end by the clock; a minute later nothing is left to do.
    for (const minutes of [62, 2]) {
      product.clock.advance(minutes * 60_000);
      await any().runTimer("follow-sessions");
    }
    const of = <T extends { sessionId: string }>(all: readonly T[], { id }: SessionView) =>
      all.filter(({ sessionId }) => sessionId === id);
    return opened.map((session) => ({ session, asked: of(answered, session), closed: of(closed, session) }));
  }

  /** Each session's one end, as session, audit, answers and TeamViewer tell it. */
  async function tellEndings(all: readonly Raced[], sum: { answers: number; ended: Record<string, number> }) {
    const [entries, rows] = await Promise.all([agent.audited(), product.rows("sessions")]);
    const keys = rows.map(({ rowKey }) => String(rowKey));
    for (const { session, asked, closed } of all) {
      const { id, code } = session;
      sum.answers += asked.length + closed.length;
      const { state, answeredAt } = await agent.look(id, { process: any() });
      sum.ended[state] = (sum.ended[state] ?? 0) + 1;
      const mine = entries.filter(({ sessionId }) => sessionId === id);
      const successes = mine.filter(({ phase, result }) => phase === "outcome" && result === "success");
      const did = (action: string) => count(successes, (entry) => entry.action === `session.${action}`);
      const ends = { declined: did("decline"), closed: did("close"), expired: did("expire") };
      const statuses = (answer: string) =>
        asked.filter((each) => each.answer === answer).map(({ given }) => given.status);
      const story = JSON.stringify({ state, ends, answers: asked.map(({ answer, given }) => [answer, given.status]) });

      // One end, and the audit says which; accepted at most once, and told so.
      expect([story, ends]).toEqual([story, { declined: 0, closed: 0, expired: 0, [state]: 1 }]);
      expect([story, did("accept")]).toEqual([
        story,
        did("accept") === 1 || (answeredAt && state !== "declined") ? 1 : 0,
      ]);
      const isDeclineTold = statuses("decline").includes(200);
      expect([story, isDeclineTold]).toEqual([story, state === "declined"]);
      expect([story, statuses("accept").includes(303)]).toEqual([story, did("accept") === 1]);
      expect(
        [...statuses("accept"), ...statuses("decline")].filter((status) => ![200, 303, 404].includes(status)),
      ).toEqual([]);
      // Every intent has its outcome.
      const open = mine.filter(({ phase, correlationId, action }) => {
        const isEnded = mine.some(
          (e) => e.phase === "outcome" && e.correlationId === correlationId && e.action === action,
        );
        return phase === "intent" && !isEnded;
      });
      expect(open).toEqual([]);
      expect(agent.remotes(id).map((remote) => [remote.code, remote.state])).toEqual([[code, "Closed"]]);
      expect(keys.filter((key) => /^(open|owed)~/.test(key) && key.includes(id))).toEqual([]);
      expect(closed.filter(({ given }) => given.status !== 200 || !isOver(given.json<SessionView>()))).toEqual([]);
    }
  }
  const isOver = ({ state }: SessionView) => ["declined", "closed", "expired"].includes(state);

  test(
    "keep one grant or none when confirming, disconnecting and requests race",
    async () => {
      const rounds = isFull ? 100 : 10;
      const admin = connecting(product, any);
      const ada = await product.tokenFor("Ada Administrator");
      const found: Record<string, number> = {};
      const note = (what: string) => {
        found[what] = (found[what] ?? 0) + 1;
      };
      for (let round = 0; round < rounds; round += 1) {
        const waiting = await Promise.all([admin.waiting(), admin.waiting()]);
        const phone = agent.device("PC-001");
        const soon = async <T>(work: () => Promise<T>) => delay(randomInt(40)).then(work);
        const [confirmed, disconnected, requested] = await Promise.all([
          Promise.all([...waiting, ...waiting].map((consent) => soon(() => admin.confirmed(consent)))),
          soon(() => any().request("DELETE", "/api/connector", { token: ada })),
          Promise.all(times(4, () => soon(() => agent.ask({ deviceId: phone.id }, { process: any() })))),
        ]);
        for (const { status, text } of confirmed)
          note(`confirm ${status} ${status === 200 ? "" : codeOf({ text })}`.trim());
        note(`disconnect ${disconnected.status}`);
        for (const each of requested) note(`request ${each.status} ${each.status === 201 ? "" : codeOf(each)}`.trim());
        const refused = requested.filter(({ status }) => status !== 201);
        expect(refused.filter((each) => each.status !== 409).map(({ text }) => text)).toEqual([]);

        // What nobody confirmed is forgotten after a quarter of an hour, what was replaced within the minute.
        product.clock.advance(16 * 60_000);
        for (let minute = 0; minute < 2; minute += 1) await any().runTimer("follow-sessions");
        const { status } = await connectorOf(product);
        note(`then ${status}`);
        const grants = status === "connected" ? 1 : 0;
        expect(["connected", "notConnected"]).toContain(status);
        expect([round, liveGrants(product).length, (await product.secretNames()).length]).toEqual([
          round,
          grants,
          grants,
        ]);
        // No TeamViewer session that nobody knows.
        const known = requested.filter(({ status }) => status === 201).map((each) => each.json<SessionView>());
        for (const { id, code } of known) expect(agent.remotes(id).map((remote) => remote.code)).toEqual([code]);
        const codes = known.map(({ code }) => code);
        const all = product.around.teamviewer.sessions().filter(({ description }) => description?.includes("PC-001"));
        const unknown = all.filter(({ code, state }) => state === "Open" && !codes.includes(code) && !seen.has(code));
        expect(unknown.map(({ code }) => code)).toEqual([]);
        for (const code of codes) seen.add(code);
      }
      const intents = (await agent.audited()).filter(({ action }) => action.startsWith("connector."));
      const open = intents.filter(
        ({ phase, correlationId }) =>
          phase === "intent" &&
          !intents.some((each) => each.phase === "outcome" && each.correlationId === correlationId),
      );
      expect(open).toEqual([]);
      say(`confirm, disconnect, request: ${rounds} rounds, ${JSON.stringify(found)}`);
    },
    limitMs,
  );
  const seen = new Set<string>();
});

function fourProcesses() {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await startFleet(4);
  }, FULL_TIMEOUT_MS);
  afterAll(() => fleet.stop(), FULL_TIMEOUT_MS);

  /** Asks, and as long as the product says "not now", again with the same key, as clients are told to. */
  const insist = async (as: string, body: unknown, key: string): Promise<Reply[]> => {
    const token = await fleet.tokenOf(as);
    const replies: Reply[] = [];
    for (let round = 0; round < 30; round += 1) {
      const reply = await fleet.send("POST", "/api/sessions", { token, body, key });
      replies.push(reply);
      if (![409, 429, 503, 504].includes(reply.status)) break;
      await delay(1000 + randomInt(2000));
    }
    return replies;
  };
  const phoneOf = () => {
    const { graph } = fleet.product.surroundings;
    return graph.putDevice({
      ...graph.devices().find(({ deviceName }) => deviceName === "PHONE-ANA"),
      id: randomUUID(),
    });
  };
  const sentTo = (deviceId: string) => fleet.product.surroundings.graph.notifications(deviceId).length;
  const remotes = (id: string) =>
    fleet.product.surroundings.teamviewer.sessions().filter(({ custom_api }) => custom_api?.includes(id)).length;
  const until = async (isSo: () => boolean | Promise<boolean>) => {
    for (let round = 0; round < 600 && !(await isSo()); round += 1) await delay(200);
  };

  test(
    "make of 1,000 equal requests at once one session, one notification",
    async () => {
      const phone = phoneOf();
      const key = randomUUID();
      const body = { deviceId: phone.id };
      const startedMs = performance.now();
      const replies = await Promise.all(times(1000, () => insist("Bruno Agent", body, key)));
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      const session = onlySession(replies.flatMap((each) => each.slice(-1)));
      await until(() => sentTo(phone.id) > 0);
      await delay(8_000);
      const figures = { remotes: remotes(session.id), notifications: sentTo(phone.id) };
      expect(figures).toEqual({ remotes: 1, notifications: 1 });
      const first = tally(replies.flatMap((each) => each.slice(0, 1)));
      say(
        `1,000 equal requests, 4 processes, ${seconds} s, first answers ${JSON.stringify(first)}: ${JSON.stringify(figures)}`,
      );
    },
    FULL_TIMEOUT_MS,
  );

  test(
    "send one notification each for 300 sessions whose messages stand in the queue one to five times",
    async () => {
      const { connectionString } = fleet.product.surroundings.storage;
      const queue = QueueServiceClient.fromConnectionString(connectionString).getQueueClient("notifications");
      const phones = times(300, phoneOf);
      const before = new Set(fleet.product.surroundings.teamviewer.sessions().map(({ code }) => code));
      let copies = 0;
      let askedAgain = 0;
      for (let first = 0; first < phones.length; first += 20) {
        await Promise.all(
          phones.slice(first, first + 20).map(async ({ id }) => {
            // No person may start as many within a minute.
            const replies = await insist("Ticket system", { deviceId: id }, randomUUID());
            askedAgain += replies.length - 1;
            const reply = replies.at(-1);
            expect(reply?.status).toBe(201);
            const { id: sessionId, expiresAt: notAfter } = JSON.parse(reply?.text ?? "") as SessionView;
            const message = Buffer.from(JSON.stringify({ v: 1, sessionId, number: 1, attempt: 1, notAfter }));
            for (let more = randomInt(5); more > 0; more -= 1) {
              copies += 1;
              await queue.sendMessage(message.toString("base64"));
            }
          }),
        );
      }
      await until(async () => ((await queue.getProperties()).approximateMessagesCount ?? 0) === 0);
      const sent = phones.map(({ id }) => sentTo(id));
      const figures = {
        sessions: sent.length,
        copies,
        askedAgain,
        remotes: fleet.product.surroundings.teamviewer.sessions().filter(({ code }) => !before.has(code)).length,
        doubled: count(sent, (each) => each > 1),
        lost: count(sent, (each) => each === 0),
      };
      say(`messages one to five times, 4 processes: ${JSON.stringify(figures)}`);
      expect(figures).toMatchObject({ remotes: 300, doubled: 0, lost: 0 });
    },
    FULL_TIMEOUT_MS,
  );
}

// Real processes take minutes: they are part of the whole run only.
if (isFull) describe("Four processes of their own", fourProcesses);
