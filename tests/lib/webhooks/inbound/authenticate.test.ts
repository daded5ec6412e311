import { describe, expect, test } from "@jest/globals";
import { ADA, codeOf } from "../in-memory.ts";
import { aDesk } from "./a-desk.ts";

const message = { action: "close", sessionId: "0".repeat(32) };
/** Signed and in time: it is refused for its session alone. */
const KNOWN = "session-not-found";

describe("A sender", () => {
  test("is known by its name and its secret", async () => {
    const desk = aDesk();
    const source = await desk.register();
    const other = await desk.register({ name: "other" });
    expect(await codeOf(desk.send(source, message))).toBe(KNOWN);
    expect(await codeOf(desk.send({ ...source, name: "other" }, message))).toBe("unauthenticated");
    expect(await codeOf(desk.send({ ...source, name: "nobody" }, message))).toBe("unauthenticated");
    expect(await codeOf(desk.send({ ...other, name: "" }, message))).toBe("unauthenticated");
  });

  test("who is nobody is not known by the secret that nobody has", async () => {
    const desk = aDesk();
    const secret = `whsec_${Buffer.alloc(32).toString("base64")}`;
    const source = await desk.register();
    expect(await codeOf(desk.send({ name: "nobody", secret }, message))).toBe("unauthenticated");
    await desk.vault.remove((await desk.store.list())[0]?.value.secretName ?? "");
    expect(await codeOf(desk.send({ name: source.name, secret }, message))).toBe("unauthenticated");
    expect(await codeOf(desk.send(source, message))).toBe("unauthenticated");
  });

  test("hears which of the headers is missing, that nobody signed, or that its clock is wrong", async () => {
    const desk = aDesk();
    const source = await desk.register();
    const said = async (work: Promise<unknown>) => await work.catch((error: Error) => error.message);
    expect(await said(desk.send(source, message, { change: { timestamp: "now" } }))).toMatch(
      /Send the headers webhook-id/,
    );
    expect(await said(desk.send(source, message, { change: { id: "x" } }))).toMatch(/No source of this name signed/);
    expect(await said(desk.send(source, message, { aheadSeconds: 301 }))).toMatch(/more than 300 s away/);
    await desk.inbound.update(ADA, source.id, { paused: true }, "c-1");
    expect(await said(desk.send(source, message))).toMatch(/paused/);
  });

  test("who waits for five minutes is too late, and nobody counts who is not known", async () => {
    const desk = aDesk();
    const source = await desk.register();
    for (const [aheadSeconds, code] of [
      [300, KNOWN],
      [301, "unauthenticated"],
      [-300, KNOWN],
      [-301, "unauthenticated"],
    ] as const)
      expect([aheadSeconds, await codeOf(desk.send(source, message, { aheadSeconds }))]).toEqual([aheadSeconds, code]);
    expect(desk.admitted).toHaveLength(2);
  });

  test("who is refused costs storage one look a second, whoever tries", async () => {
    const desk = aDesk();
    const source = await desk.register();
    const looks = () => desk.journal.countOf("store.list");
    await codeOf(desk.send(source, message));
    const before = looks();
    for (let tries = 0; tries < 5; tries += 1) await codeOf(desk.send({ ...source, name: "nobody" }, message));
    expect(looks()).toBe(before);
    desk.advance(1000);
    for (let tries = 0; tries < 5; tries += 1) await codeOf(desk.send({ ...source, name: "nobody" }, message));
    expect(looks()).toBe(before + 1);
    desk.advance(9_999);
    await codeOf(desk.send(source, message));
    expect(looks()).toBe(before + 1);
    desk.advance(1);
    await codeOf(desk.send(source, message));
    expect(looks()).toBe(before + 2);
  });

  test("who asks while the sources are being read shares that reading; a failed one is read again", async () => {
    const desk = aDesk();
    const source = await desk.register();
    desk.journal.fail("store.list");
    expect(await codeOf(desk.send(source, message))).toBe("store.list is away");
    const before = desk.journal.countOf("store.list");
    const ends = await Promise.all([1, 2, 3].map(() => codeOf(desk.send(source, message))));
    expect([ends, desk.journal.countOf("store.list")]).toEqual([[KNOWN, KNOWN, KNOWN], before + 1]);
  });

  test("what was read from before a change is not kept", async () => {
    const desk = aDesk();
    const source = await desk.register();
    desk.journal.after("store.list", () => desk.inbound.update(ADA, source.id, { paused: true }, "c-1"));
    await codeOf(desk.send(source, message));
    expect(await codeOf(desk.send(source, message))).toBe("forbidden");
  });
});
