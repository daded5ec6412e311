import { createHmac, randomBytes } from "node:crypto";
import type { HttpResponseInit } from "@azure/functions";
import { afterAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { inbound } from "../../functions/inbound.ts";
import type { SourceView } from "../../lib/webhooks/inbound/source.ts";
import type { AppProcess } from "../app-process.ts";
import { anInvocation, aRequest } from "../lib/http/a-request.ts";
import { startMemoryApp } from "../memory/app.ts";
import { connect, must } from "../memory/connect.ts";
import { tokenFor, type World } from "../memory/world.ts";

const isFull = process.env.TRUST === "full";
const SEED = Number(process.env.TRUST_SEED ?? 20_261_122);
const MESSAGES = isFull ? 20_000 : 1_500;
const ROUNDS = isFull ? 1_000 : 60;
const TIMEOUT_MS = isFull ? 1_200_000 : 120_000;
const DAY_MS = 24 * 3_600_000;

const figures: string[] = [];
afterAll(() => void process.stdout.write(`inbound (seed ${SEED}): ${figures.join("; ")}\n`));

type Source = SourceView & { secret: string };
type Sent = { name: string; headers: Record<string, string>; body: Uint8Array };

const asAda = { token: tokenFor("Ada Administrator") };
const secondsOf = ({ now }: World) => Math.floor(now().getTime() / 1000);

async function register(process: AppProcess, name: string, change: Record<string, unknown> = {}): Promise<Source> {
  const body = { name, rights: ["request", "close", "ticket"], ...change };
  return must(await process.request("POST", "/api/inbound-sources", { ...asAda, body }), 201).json<Source>();
}

const rotate = async (process: AppProcess, { id }: Source): Promise<Source> =>
  must(await process.request("POST", `/api/inbound-sources/${id}/secret`, asAda), 200).json<Source>();

type End = { status: number; json: <T>() => T };

/** Byte for byte, as the host hands a message over. */
async function post({ app }: AppProcess, { name, headers, body }: Sent): Promise<End> {
  const request = aRequest({ method: "POST", path: `/api/inbound/${name}`, params: { source: name }, headers, body });
  const answer = (await inbound(() => app)(request, anInvocation().context)) as HttpResponseInit;
  const { status = 200, jsonBody, body: problem } = answer;
  return { status, json: <T>() => (jsonBody ?? JSON.parse(String(problem))) as T };
}

function mustEnd(end: End, status: number): End {
  if (end.status === status) return end;
  throw new Error(`expected ${status}, got ${endOf(end)}`);
}

/** The code of a refusal, or `done`. */
const endOf = ({ status, json }: End) => (status < 300 ? "done" : `${status} ${json<{ code: string }>().code}`);

/** Three that sign: two packages of others, and the words of the standard. */
const signers = {
  standardwebhooks: (secret: string, id: string, seconds: number, body: string) =>
    new Webhook(secret).sign(id, new Date(seconds * 1000), body),
  svix: (secret: string, id: string, seconds: number, body: string) =>
    new SvixWebhook(secret).sign(id, new Date(seconds * 1000), body),
  words: (secret: string, id: string, seconds: number, body: string) => {
    const key = Buffer.from(secret.replace("whsec_", ""), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64")}`;
  },
};

function signed(
  source: Pick<Source, "name" | "secret">,
  { id, seconds, message }: { id: string; seconds: number; message: unknown },
  signer: keyof typeof signers = "standardwebhooks",
): Sent {
  const body = typeof message === "string" ? message : JSON.stringify(message);
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": signers[signer](source.secret, id, seconds, body),
  };
  return { name: source.name, headers, body: new TextEncoder().encode(body) };
}

/** What both packages make of the message, in the time of the world; undefined for what they would read otherwise. */
function oracles({ now }: World, { headers, body }: Sent, secrets: readonly string[]): boolean {
  const realNow = Date.now;
  Date.now = () => now().getTime();
  const verifies = (work: () => unknown) => {
    try {
      work();
      return true;
    } catch {
      return false;
    }
  };
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(body);
  try {
    const ends = secrets.flatMap((secret) => [
      verifies(() => new Webhook(secret).verify(text, headers, { jsonParse: false })),
      verifies(() => new SvixWebhook(secret).verify(text, headers)),
    ]);
    return ends.some(Boolean);
  } finally {
    Date.now = realNow;
  }
}

const flip = (bytes: Uint8Array, at: number) =>
  bytes.map((byte, index) => (index === at % bytes.length ? byte ^ 1 : byte));

/** Each makes another message of a signed one. */
const tampers: Record<string, (sent: Sent, at: number) => Sent> = {
  "one bit of the body": (sent, at) => ({ ...sent, body: flip(sent.body, at) }),
  "the body cut off": (sent, at) => ({ ...sent, body: sent.body.slice(0, at % sent.body.length) }),
  "a space behind the body": (sent) => ({ ...sent, body: Uint8Array.from([...sent.body, 0x20]) }),
  "a byte order mark before the body": (sent) => ({ ...sent, body: Uint8Array.from([0xef, 0xbb, 0xbf, ...sent.body]) }),
  "the body in UTF-16": (sent) => ({ ...sent, body: Buffer.from(Buffer.from(sent.body).toString("utf8"), "utf16le") }),
  "another id": (sent) => withHeader(sent, "webhook-id", (id) => `${id}x`),
  "a time one second on": (sent) => withHeader(sent, "webhook-timestamp", (time) => String(Number(time) + 1)),
  "a time with a sign": (sent) => withHeader(sent, "webhook-timestamp", (time) => `+${time}`),
  "a signature cut off": (sent, at) => withHeader(sent, "webhook-signature", (text) => text.slice(0, 3 + (at % 43))),
  "a signature of another version": (sent) => withHeader(sent, "webhook-signature", (text) => text.replace("v1", "v2")),
  "a signature in small letters": (sent) =>
    withHeader(sent, "webhook-signature", (text) => `v1,${text.slice(3).toLowerCase()}A`),
  "a signature without its version": (sent) => withHeader(sent, "webhook-signature", (text) => text.slice(3)),
  "no id": (sent) => withHeader(sent, "webhook-id", () => ""),
  "no time": (sent) => withHeader(sent, "webhook-timestamp", () => ""),
  "no signature": (sent) => withHeader(sent, "webhook-signature", () => ""),
};

const withHeader = (sent: Sent, name: string, change: (value: string) => string): Sent => ({
  ...sent,
  headers: { ...sent.headers, [name]: change(sent.headers[name] ?? "") },
});

/** Each leaves a message what it is. */
const dresses: Record<string, (sent: Sent) => Sent> = {
  "as it is": (sent) => sent,
  "in capitals": (sent) => ({
    ...sent,
    headers: Object.fromEntries(Object.entries(sent.headers).map(([name, value]) => [name.toUpperCase(), value])),
  }),
  "behind a wrong signature": (sent) =>
    withHeader(sent, "webhook-signature", (text) => `v1,${"A".repeat(43)}= ${text}`),
  "before a wrong signature": (sent) => withHeader(sent, "webhook-signature", (text) => `${text} v1,AAAA`),
  "among other versions": (sent) => withHeader(sent, "webhook-signature", (text) => `v1a,AAAA v9,AAAA ${text} v2,x`),
};

const named = <T extends object>(things: T) => fc.constantFrom(...(Object.keys(things) as (keyof T & string)[]));

describe("Messages that were made up", () => {
  test(
    `${MESSAGES} of them, each sent three times: 0 wrong decisions, as the packages standardwebhooks and svix decide`,
    async () => {
      const { world, newProcess } = startMemoryApp();
      const processes = [newProcess(), newProcess()];
      const [first = newProcess(), second = newProcess()] = processes;
      await connect(world, first);
      const expired = await register(first, "expired");
      const rotated = [expired, await rotate(first, expired)];
      world.advance(DAY_MS + 1000);
      const overlapping = await register(first, "overlapping");
      const both = [overlapping, await rotate(first, overlapping)];
      const single = await register(first, "single");
      const valid: Record<string, string[]> = {
        expired: rotated.slice(1).map(({ secret }) => secret),
        overlapping: both.map(({ secret }) => secret),
        single: [single.secret],
        nobody: [],
      };
      const keys = [...rotated, ...both, single].map(({ secret }) => secret);
      keys.push(`whsec_${Buffer.alloc(32).toString("base64")}`, `whsec_${randomBytes(32).toString("base64")}`);
      const device = world.device();

      const drawn = fc.record({
        name: fc.constantFrom("expired", "overlapping", "single", "nobody"),
        // Mostly a secret that counts, so that the other things decide.
        key: fc.oneof(
          { weight: 3, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: fc.constantFrom(...keys) },
        ),
        skew: fc.oneof(
          fc.constant(0),
          fc.constantFrom(299, 300, 301, -299, -300, -301),
          fc.integer({ min: -900, max: 900 }),
        ),
        signer: named(signers),
        tamper: fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: named(tampers) }),
        dress: named(dresses),
        at: fc.nat(1000),
        reason: fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter((text) => text.trim() !== ""),
      });
      const counts = { taken: 0, refused: 0, replays: 0 };
      const wrong: string[] = [];
      const ids = new Set<string>();
      for (const [index, each] of fc.sample(drawn, { numRuns: MESSAGES, seed: SEED }).entries()) {
        world.advance(250);
        const { name, key, skew, signer, tamper, dress, at, reason } = each;
        const secrets = valid[name] ?? [];
        const secret = key ?? secrets[at % (secrets.length || 1)] ?? single.secret;
        const message = { action: "request", deviceId: device.id, notify: false, reason: reason.toWellFormed() };
        const seconds = secondsOf(world) + skew;
        const whole = signed({ name, secret }, { id: `msg_${index}`, seconds, message }, signer);
        const dressed = dresses[dress]?.(whole) ?? whole;
        const sent = tamper ? (tampers[tamper]?.(whole, at) ?? whole) : dressed;
        const about = JSON.stringify({ index, ...each });

        const isRight = secrets.includes(secret) && !tamper && Math.abs(skew) <= 300;
        // They take a time with a sign for the time without it.
        if (tamper !== "a time with a sign" && oracles(world, sent, secrets) !== isRight) wrong.push(`oracle ${about}`);
        const answer = await post(first, sent);
        const expected = isRight ? "done" : "401 unauthenticated";
        if (endOf(answer) !== expected) wrong.push(`${endOf(answer)} ${about}`);
        if (!isRight) {
          counts.refused += 1;
          continue;
        }
        counts.taken += 1;
        const { id } = answer.json<{ id: string }>();
        if (ids.has(id)) wrong.push(`twice ${about}`);
        ids.add(id);

        // The very same again; then as a sender tries again, elsewhere; then what was never sent, under this id.
        const again = await post(second, sent);
        const retried = await post(
          second,
          signed({ name, secret }, { id: `msg_${index}`, seconds: secondsOf(world), message }),
        );
        for (const replay of [again, retried])
          if (endOf(replay) !== "done" || replay.json<{ id: string }>().id !== id) wrong.push(`replay ${about}`);
        const other = { ...message, reason: `${message.reason}!` };
        const reused = await post(
          first,
          signed({ name, secret }, { id: `msg_${index}`, seconds: secondsOf(world), message: other }),
        );
        if (endOf(reused) !== "422 idempotency-key-reused") wrong.push(`reused ${about}`);
        counts.replays += 3;
      }
      expect(wrong).toEqual([]);
      expect(world.remote.sessions).toHaveLength(ids.size);
      expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(MESSAGES / 10);
      const sent = signed(single, {
        id: "msg_0",
        seconds: secondsOf(world) - 301,
        message: { action: "close", ticket: "x" },
      });
      expect(endOf(await post(first, sent))).toBe("401 unauthenticated");
      figures.push(
        `${counts.taken} messages taken, ${counts.refused} refused, ${counts.replays} replays, wrong decisions 0`,
      );
    },
    TIMEOUT_MS,
  );
});

class Died extends Error {}

/** A product whose processes die at a call that leaves them, before it or after it. */
async function mortal() {
  const death = { callsLeft: Number.POSITIVE_INFINITY, isAfter: false, calls: 0 };
  const { world, newProcess } = startMemoryApp({
    async step(_label, work) {
      death.calls += 1;
      if (death.callsLeft <= 0) throw new Died();
      death.callsLeft -= 1;
      if (death.callsLeft > 0) return work();
      if (death.isAfter) await work();
      throw new Died();
    },
  });
  const first = newProcess();
  await connect(world, first);
  const source = await register(first, "tickets");
  const send = (process: AppProcess, id: string, message: unknown) =>
    post(process, signed(source, { id, seconds: secondsOf(world), message }));
  return { death, world, newProcess, first, source, send };
}

const outcomes = ({ tables }: World, action: string) =>
  tables
    .rows("audit202611")
    .filter((row) => row.action === action && row.phase === "outcome" && row.result === "success").length;

describe("A process that dies while it does what a message asks for", () => {
  type Mortal = Awaited<ReturnType<typeof mortal>>;
  const opened = async ({ world, first, send }: Mortal) =>
    mustEnd(
      await send(first, "made", { action: "request", deviceId: world.device().id, notify: false, ticket: "INC1" }),
      201,
    ).json<{
      id: string;
    }>();
  const look = async (process: AppProcess, id: string) =>
    must(await process.request("GET", `/api/sessions/${id}`, { token: tokenFor("Everything robot") }), 200).json<{
      state: string;
      ticket?: string;
    }>();

  const acts: Record<string, { message: (product: Mortal, id: string) => unknown; action: string; expected: object }> =
    {
      request: {
        message: ({ world }) => ({ action: "request", deviceId: world.device().id, notify: false, ticket: "INC2" }),
        action: "session.request",
        expected: { state: "open", ticket: "INC2" },
      },
      close: {
        message: () => ({ action: "close", ticket: "INC1" }),
        action: "session.close",
        expected: { state: "closed", ticket: "INC1" },
      },
      ticket: {
        message: (_product, sessionId) => ({ action: "ticket", sessionId, ticket: "INC3" }),
        action: "session.ticket",
        expected: { state: "open", ticket: "INC3" },
      },
    };

  test.each(Object.keys(acts))(
    "leaves nothing undone, doubled or lost of a %s: whoever sends it again finds it done once",
    async (name) => {
      const act = acts[name];
      if (!act) throw new Error(`There is no ${name}`);
      let deaths = 0;
      for (const isAfter of [false, true]) {
        for (let call = 1; ; call += 1) {
          const product = await mortal();
          const { death, world, newProcess, send } = product;
          const { id: existing } = await opened(product);
          const message = act.message(product, existing);
          const before = outcomes(world, act.action);
          Object.assign(death, { callsLeft: call, isAfter });
          const answer = await send(newProcess(), "msg", message);
          const hasDied = death.callsLeft <= 0;
          death.callsLeft = Number.POSITIVE_INFINITY;
          if (!hasDied) {
            mustEnd(answer, name === "request" ? 201 : 200);
            break;
          }
          deaths += 1;
          // A request that died is believed to run on for 45 s.
          world.advance(46_000);
          const next = newProcess();
          const [again, once] = [await send(next, "msg", message), await send(next, "msg", message)];
          const { id } = mustEnd(again, name === "request" ? 201 : 200).json<{ id: string }>();
          expect(mustEnd(once, again.status).json<{ id: string }>().id).toBe(id);
          for (const _ of [1, 2, 3]) {
            world.advance(61_000);
            await next.runTimer("follow-sessions");
          }
          expect(await look(next, id)).toMatchObject(act.expected);
          expect([name, isAfter, call, outcomes(world, act.action) - before]).toEqual([name, isAfter, call, 1]);
          const open = world.remote.sessions.filter(({ state }) => state === "open");
          expect(open).toHaveLength({ request: 2, close: 0, ticket: 1 }[name] ?? -1);
          if (name === "request")
            expect((await send(next, "end", { action: "close", ticket: "INC2" })).status).toBe(200);
        }
      }
      expect(deaths).toBeGreaterThan(10);
      figures.push(`${deaths} deaths during a ${name}, lost or doubled 0`);
    },
    TIMEOUT_MS,
  );
});

describe("The same message at once in two processes", () => {
  test(
    `makes one session, ${ROUNDS} times in as many orders of their calls`,
    async () => {
      const random = fc.sample(fc.nat(5), { numRuns: 4000, seed: SEED });
      let drawn = 0;
      let inOrders = false;
      const { world, newProcess } = startMemoryApp({
        async step(_label, work) {
          if (!inOrders) return work();
          drawn += 1;
          for (let turns = random[drawn % random.length] ?? 0; turns > 0; turns -= 1)
            await new Promise((turn) => setImmediate(turn));
          return work();
        },
      });
      const [one, two] = [newProcess(), newProcess()];
      await connect(world, one);
      const source = await register(one, "tickets");
      world.advance(2000);
      inOrders = true;
      let refused = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        world.advance(1000);
        const message = { action: "request", deviceId: world.device().id, notify: false, ticket: `INC${round}` };
        const sent = signed(source, { id: `msg_${round}`, seconds: secondsOf(world), message });
        const answers = await Promise.all([one, two, one, two].map((process) => post(process, sent)));
        const done = answers.filter(({ status }) => status === 201).map((answer) => answer.json<{ id: string }>().id);
        expect(new Set(done).size).toBe(1);
        expect(answers.filter(({ status }) => status !== 201).map(endOf)).toEqual(
          Array.from({ length: 4 - done.length }, () => "409 request-in-progress"),
        );
        expect(world.remote.sessions).toHaveLength(round + 1);
        refused += 4 - done.length;
        const other = signed(source, {
          id: `close_${round}`,
          seconds: secondsOf(world),
          message: { action: "close", ticket: `INC${round}` },
        });
        const closed = await Promise.all([one, two].map((process) => post(process, other)));
        expect(closed.map(endOf)).toEqual(["done", "done"]);
        expect(world.remote.sessions[0]?.state).toBe("closed");
      }
      figures.push(`${ROUNDS} times four at once: one session each, ${refused} told to wait`);
    },
    TIMEOUT_MS,
  );
});
