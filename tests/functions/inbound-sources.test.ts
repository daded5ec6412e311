import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Answer, startTestApp, type TestApp } from "../app.ts";
import { connecting, inShort } from "../connect.ts";
import { must, requesting } from "../requesting.ts";
import { type Registered, sending } from "../sending.ts";

let product: TestApp;
let inbound: ReturnType<typeof sending>;

beforeAll(async () => {
  product = await startTestApp();
  inbound = sending(product);
});

beforeEach(() => product.reset());

afterAll(() => product.stop());

const codeOf = (answer: Answer) => `${answer.status} ${answer.json<{ code: string }>().code}`;
const lines = async () => inShort(await product.audit("inbound."));
const vaultNames = () => product.secretNames("in-");
/** A message that a source is known by: it is refused for the session alone. */
const message = { action: "close", sessionId: "0".repeat(32) };
const isKnown = async (source: Pick<Registered, "name" | "secret">, process = product.process()) =>
  codeOf(await inbound.send(source, message, { process })) === "404 session-not-found";

describe("An administrator", () => {
  test("registers a source and is shown its secret once; it stands in the vault alone", async () => {
    const answer = must(
      await inbound.call("POST", "", { name: "service-now", description: "Incidents", rights: ["request", "request"] }),
      201,
    );
    const { secret, ...source } = answer.json<Registered>();
    expect(source).toEqual({
      id: expect.any(String),
      name: "service-now",
      description: "Incidents",
      rights: ["request"],
      paused: false,
      createdBy: expect.stringMatching(/^10000000-/),
      createdAt: product.clock.now().toISOString(),
    });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(answer.headers.get("location")).toBe(`/api/inbound-sources/${source.id}`);
    for (const shown of [
      await inbound.call("GET"),
      await inbound.call("GET", `/${source.id}`),
      await inbound.call("PATCH", `/${source.id}`, {}),
    ]) {
      expect(shown.status).toBe(200);
      expect(shown.text).not.toMatch(/whsec_|"in-|secretName/);
    }
    expect((await inbound.call("GET", `/${source.id}`)).json()).toEqual(source);
    expect(JSON.stringify(await product.rows("inbound"))).not.toContain(secret);
    const [name = ""] = await vaultNames();
    expect(JSON.parse((await product.vault.getSecret(name)).value ?? "")).toEqual({ current: secret });
    expect(await lines()).toEqual([
      "inbound.create intent",
      "inbound.create outcome success",
      "inbound.update intent",
      "inbound.update outcome success",
    ]);
  });

  test("sees all sources, the oldest first", async () => {
    for (const name of ["b", "a", "c"]) {
      await inbound.create({ name });
      product.clock.advance(1000);
    }
    const { value } = (await inbound.call("GET")).json<{ value: Registered[] }>();
    expect(value.map(({ name }) => name)).toEqual(["b", "a", "c"]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["no name", { name: undefined }],
    ["a name in capitals", { name: "Tickets" }],
    ["a name that is a path", { name: "a/b" }],
    ["a name that begins with a dash", { name: "-a" }],
    ["a name of 41 letters", { name: "a".repeat(41) }],
    ["no rights", { rights: [] }],
    ["a right that there is not", { rights: ["admin"] }],
    ["a secret of its own", { secret: "whsec_mine" }],
    ["a mapping without an action", { mapping: { ticket: "{{number}}" } }],
    ["a mapping of an unknown field", { mapping: { action: "close", user: "x" } }],
    ["a mapping of what is no path", { mapping: { action: "{{a..b}}" } }],
    ["a mapping that calls something", { mapping: { action: "{{a.map(x)}}" } }],
    ["a mapping of half a placeholder", { mapping: { action: "{{a}" } }],
    ["a mapping that is long", { mapping: { action: "x".repeat(501) } }],
    ["a mapping that is deep", { mapping: { action: `{{${"a.".repeat(10)}a}}` } }],
    ["a mapping with many placeholders", { mapping: { action: "{{a}}".repeat(11) } }],
    ["a mapping with a list", { mapping: { action: ["close"] } }],
  ])("is refused a source with %s, and nothing is written", async (_what, change) => {
    const answer = await inbound.call("POST", "", { name: "tickets", rights: ["close"], ...change });
    expect(codeOf(answer)).toBe("400 invalid-request");
    expect([await product.rows("inbound"), await vaultNames(), await lines()]).toEqual([[], [], []]);
  });

  test("is refused a second source of one name, also when both are registered at once", async () => {
    await inbound.create();
    expect(codeOf(await inbound.call("POST", "", { name: "tickets", rights: ["close"] }))).toBe(
      "409 source-name-taken",
    );
    const both = await Promise.all(
      [product.newProcess(), product.newProcess()].map((process) =>
        inbound.call("POST", "", { name: "twice", rights: ["close"] }, { process }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    await product.runTimer("keep-connected");
    expect(await vaultNames()).toHaveLength(2);
  });

  test("is refused the fifty-first source", async () => {
    for (let index = 0; index < 50; index += 1) await inbound.create({ name: `source-${index}` });
    expect(codeOf(await inbound.call("POST", "", { name: "more", rights: ["close"] }))).toBe("409 too-many-sources");
  }, 30_000);

  test("that the vault does not take a secret from registers nothing", async () => {
    product.around.vault.addFault({ path: "/secrets/in-", status: 403, times: 0 });
    expect(codeOf(await inbound.call("POST", "", { name: "tickets", rights: ["close"] }))).toBe(
      "503 upstream-unavailable",
    );
    product.clearFaults();
    expect((await inbound.call("GET")).json()).toEqual({ value: [] });
    await inbound.create();
    await product.runTimer("keep-connected");
    expect(await product.rows("inbound")).toHaveLength(1);
    expect(await lines()).toEqual([
      "inbound.create intent",
      "inbound.create outcome failed",
      "inbound.create intent",
      "inbound.create outcome success",
    ]);
  });

  test("changes rights, description and mapping; what is left out stays, and null takes the mapping away", async () => {
    const { id } = await inbound.create({ description: "Old", mapping: { action: "close", ticket: "{{number}}" } });
    const patch = async (body: unknown) => must(await inbound.call("PATCH", `/${id}`, body), 200).json();
    expect(await patch({ rights: ["close"] })).toMatchObject({ description: "Old", mapping: { action: "close" } });
    expect(await patch({ description: "New" })).toMatchObject({ rights: ["close"], description: "New" });
    expect(await patch({ mapping: { action: "{{what}}" } })).toMatchObject({ mapping: { action: "{{what}}" } });
    expect(await patch({ mapping: null })).not.toHaveProperty("mapping");
    for (const body of [{ name: "other" }, { rights: [] }, { paused: "yes" }, { createdBy: "me" }])
      expect(codeOf(await inbound.call("PATCH", `/${id}`, body))).toBe("400 invalid-request");
  });

  test.each(["GET", "PATCH", "DELETE", "POST"])("is told of %s when there is no such source", async (method) => {
    await inbound.create();
    for (const id of ["0d000000-0000-4000-8000-000000000001", "tickets", "~"]) {
      const path = method === "POST" ? `/${id}/secret` : `/${id}`;
      expect(codeOf(await inbound.call(method, path, method === "PATCH" ? {} : undefined))).toBe(
        "404 source-not-found",
      );
    }
  });

  test("deletes a source: it is unknown at once, its name is free, the timer removes the rest", async () => {
    const source = await inbound.create();
    const agent = requesting(product);
    await connecting(product).connected();
    const request = { deviceId: agent.device().id, notify: false, ticket: "INC1" };
    const { id } = await inbound.request(source, request, { id: "msg-1" });
    must(await inbound.call("DELETE", `/${source.id}`), 202);
    expect(await isKnown(source)).toBe(false);
    expect(codeOf(await inbound.call("DELETE", `/${source.id}`))).toBe("404 source-not-found");
    const next = await inbound.create();
    expect([await isKnown(source), await isKnown(next)]).toEqual([false, true]);
    await product.runTimer("keep-connected");
    expect((await product.rows("inbound")).map(({ rowKey }) => rowKey)).toEqual(["tickets"]);
    expect(await vaultNames()).toHaveLength(1);
    // What it requested goes on.
    expect((await agent.look(id)).state).toBe("open");
  });

  test("pauses a source in one process, and ten seconds later it is paused in all", async () => {
    const source = await inbound.create();
    const other = product.newProcess();
    expect(await isKnown(source, other)).toBe(true);
    must(await inbound.call("PATCH", `/${source.id}`, { paused: true }), 200);
    product.clock.advance(10_001);
    expect(codeOf(await inbound.send(source, message, { process: other }))).toBe("403 forbidden");
  });

  test("registers a source in one process, and a second later it is known to all", async () => {
    const other = product.newProcess();
    expect(await isKnown({ name: "tickets", secret: "whsec_AAAA" }, other)).toBe(false);
    const source = await inbound.create();
    product.clock.advance(1_001);
    expect(await isKnown(source, other)).toBe(true);
  });
});

describe("A new secret", () => {
  const rotate = async ({ id }: Registered) =>
    must(await inbound.call("POST", `/${id}/secret`), 200).json<Registered>();

  test("is shown once and counts at once; the old one counts for a day more", async () => {
    const source = await inbound.create();
    const rotated = await rotate(source);
    expect(rotated).toMatchObject({
      id: source.id,
      previousSecretUntil: new Date(product.clock.now().getTime() + 86_400_000).toISOString(),
    });
    expect([await isKnown(source), await isKnown(rotated)]).toEqual([true, true]);
    product.clock.advance(86_400_000 - 1000);
    await product.runTimer("keep-connected");
    expect([await isKnown(source), await isKnown(rotated)]).toEqual([true, true]);
    product.clock.advance(1000);
    expect([await isKnown(source), await isKnown(rotated)]).toEqual([false, true]);
    expect(await vaultNames()).toHaveLength(1);
    expect((await product.audit("inbound.")).at(-1)).toMatchObject({ action: "inbound.rotate", reason: source.id });
  });

  test("twice ends the first one", async () => {
    const first = await inbound.create();
    const second = await rotate(first);
    const third = await rotate(first);
    expect([await isKnown(first), await isKnown(second), await isKnown(third)]).toEqual([false, true, true]);
  });

  test("is known to another process that did not know it when it is first used", async () => {
    const source = await inbound.create();
    const other = product.newProcess();
    expect(await isKnown(source, other)).toBe(true);
    const rotated = await rotate(source);
    product.clock.advance(1_001);
    expect(await isKnown(rotated, other)).toBe(true);
  });

  test("asked for twice at once is given once, and none is lost", async () => {
    const source = await inbound.create();
    const both = await Promise.all([1, 2].map(() => inbound.call("POST", `/${source.id}/secret`)));
    const [won] = both.filter(({ status }) => status === 200);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(both.filter(({ status }) => status !== 200).map(codeOf)).toEqual(["409 source-changed"]);
    const secret = won?.json<Registered>().secret ?? "";
    expect([await isKnown({ ...source, secret }), await isKnown(source)]).toEqual([true, true]);
    product.clock.advance(2 * 3_600_000);
    await product.runTimer("keep-connected");
    expect(await vaultNames()).toHaveLength(1);
  });
});
