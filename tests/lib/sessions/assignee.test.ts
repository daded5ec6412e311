import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import { aHelpdesk, bot, bruno, DEVICE, MINUTE_MS } from "./a-helpdesk.ts";

const EMAIL = "bruno.agent@contoso.example";
const person = { ...bruno, emails: [EMAIL] };
const ask = { deviceId: DEVICE, notify: false };

/** A helpdesk whose Bruno is u7 at TeamViewer. */
function assigning() {
  const desk = aHelpdesk();
  desk.colleagues.set(EMAIL, "u7");
  const assigneeOf = async (principal = person, process = desk.accessFor) => (await process(principal)).assigneeId;
  return { ...desk, assigneeOf, looks: () => desk.journal.countOf("users.idOf") };
}

describe("A session", () => {
  test("is its agent's own at TeamViewer, who is looked up once", async () => {
    const { ports, request, looks } = assigning();
    const opened: unknown[] = [];
    const { open } = ports.remote;
    ports.remote.open = (access, asked) => {
      opened.push(asked.assigneeId);
      return open(access, asked);
    };
    await request(person, ask, "1", "call-1");
    await request(person, ask, "2", "call-2");
    expect([opened, looks()]).toEqual([["u7", "u7"], 1]);
  });

  test("of an application, or of somebody whose token tells no address, is the connected account's", async () => {
    const { assigneeOf, looks } = assigning();
    expect(await assigneeOf({ ...bot, emails: undefined } as never)).toBeUndefined();
    expect(await assigneeOf(bruno as never)).toBeUndefined();
    expect(looks()).toBe(0);
  });

  test("keeps no address: neither its row, nor the audit, nor what is sent to TeamViewer with it", async () => {
    const { request, sessions, audited, remotes, queue } = assigning();
    await request(person, ask, "1", "call-1");
    expect(JSON.stringify([sessions.all(), audited, remotes, queue, sessions.owed])).not.toContain("contoso");
  });
});

describe("Who an agent is at TeamViewer", () => {
  test("is remembered for an hour, that nobody is for ten minutes", async () => {
    const { assigneeOf, advance, looks, colleagues } = assigning();
    await assigneeOf();
    advance(60 * MINUTE_MS - 1);
    expect([await assigneeOf(), looks()]).toEqual(["u7", 1]);
    colleagues.clear();
    advance(1);
    expect([await assigneeOf(), looks()]).toEqual([undefined, 2]);
    advance(10 * MINUTE_MS - 1);
    await assigneeOf();
    expect(looks()).toBe(2);
    colleagues.set(EMAIL, "u8");
    advance(1);
    expect([await assigneeOf(), looks()]).toEqual(["u8", 3]);
  });

  test("is not looked up for an hour where the grant may not see users, whoever asks", async () => {
    const { assigneeOf, advance, ports, looks } = assigning();
    const { idOf } = ports.users;
    ports.users.idOf = async (access, emails) => {
      await idOf(access, emails);
      return { outcome: "refused" };
    };
    expect(await assigneeOf()).toBeUndefined();
    await assigneeOf({ ...person, id: "another" });
    advance(60 * MINUTE_MS - 1);
    await assigneeOf();
    expect(looks()).toBe(1);
    advance(1);
    await assigneeOf();
    expect(looks()).toBe(2);
  });

  test("is looked up once for those who ask at the same time", async () => {
    const { assigneeOf, looks } = assigning();
    expect(await Promise.all([assigneeOf(), assigneeOf(), assigneeOf()])).toEqual(["u7", "u7", "u7"]);
    expect(looks()).toBe(1);
  });

  test("is looked up again through another connection", async () => {
    const { assigneeOf, ports, looks } = assigning();
    await assigneeOf();
    ports.access.current = async () => ({ connectionId: "c2", accessToken: "access", groupId: "g1" });
    await assigneeOf();
    expect(looks()).toBe(2);
  });

  test("is not waited for longer than two seconds, and known the next time", async () => {
    const desk = assigning();
    let answer = () => {};
    desk.journal.before("users.idOf", () => new Promise<void>((resolve) => (answer = resolve)));
    const paused: number[] = [];
    desk.ports.pause = async (ms) => void paused.push(ms);
    const { accessFor } = desk.newProcess();
    expect(await desk.assigneeOf(person, accessFor)).toBeUndefined();
    expect(paused).toEqual([2000]);
    answer();
    await new Promise((resolve) => setImmediate(resolve));
    desk.ports.pause = () => new Promise(() => undefined);
    expect(await desk.assigneeOf(person, accessFor)).toBe("u7");
    expect(desk.looks()).toBe(1);
  });

  test("fails no session, and is not asked of a service in trouble by each of them", async () => {
    const { assigneeOf, journal, advance, looks } = assigning();
    journal.fail("users.idOf", 1, new AppError("upstream-timeout", "slow"));
    expect(await assigneeOf()).toBeUndefined();
    advance(MINUTE_MS - 1);
    await assigneeOf();
    expect(looks()).toBe(1);
    advance(1);
    expect(await assigneeOf()).toBe("u7");
    journal.fail("users.idOf", 1, new TypeError("a bug"));
    expect(await assigneeOf({ ...person, id: "another" })).toBeUndefined();
  });

  test("is remembered for so many people only", async () => {
    const { assigneeOf, looks } = assigning();
    await assigneeOf();
    for (let number = 0; number < 5_000; number += 1) await assigneeOf({ ...person, id: `agent-${number}` });
    await assigneeOf();
    expect(looks()).toBe(5_002);
  });
});
