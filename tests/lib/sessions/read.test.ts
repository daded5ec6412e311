import { describe, expect, test } from "@jest/globals";
import type { Session } from "../../../lib/sessions/session.ts";
import { aHelpdesk, bot, bruno, START } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const idOf = (number: number) => number.toString(16).padStart(32, "0");

/** `count` sessions, a second apart; session 0 is the newest. */
function listed(count: number, change: (number: number) => Partial<Session> = () => ({})) {
  const desk = aHelpdesk();
  for (let number = 0; number < count; number += 1) {
    const requestedAt = new Date(START - number * 1000).toISOString();
    desk.sessions.put(aSession({ id: idOf(number), requestedAt, code: `s${number}`, ...change(number) }));
  }
  const codes = async (...asked: Parameters<typeof desk.list>) => {
    const { value, nextPage } = await desk.list(...asked);
    return { codes: value.map(({ code }) => code), nextPage };
  };
  return { ...desk, codes };
}

describe("One session", () => {
  const requested = aSession({ requestedBy: "bruno", code: "s1" });

  test("is shown to everybody, its supporter's link to the one who asked", async () => {
    const { read, sessions, links } = aHelpdesk();
    sessions.put(requested);
    links.remember(requested, "https://s.example");
    expect(await read(bruno, requested.id)).toMatchObject({ id: requested.id, supporterUrl: "https://s.example" });
    expect(await read(bot, requested.id)).not.toHaveProperty("supporterUrl");
  });

  test("that does not exist is not found", async () => {
    const { read } = aHelpdesk();
    await expect(read(bruno, requested.id)).rejects.toMatchObject({ code: "session-not-found" });
  });
});

describe("The list", () => {
  test("is newest first, without supporters' links or what is only for us", async () => {
    const { list } = listed(2);
    const { value, nextPage } = await list({ top: 10 });
    expect(value.map(({ code }) => code)).toEqual(["s0", "s1"]);
    expect(nextPage).toBeUndefined();
    for (const view of value) {
      expect(view).not.toHaveProperty("supporterUrl");
      expect(view).not.toHaveProperty("requestHash");
    }
  });

  test("of no session is empty, and has no next page", async () => {
    const { list } = listed(0);
    expect(await list({ top: 10 })).toEqual({ value: [] });
  });

  test("comes in pages that miss and repeat nothing", async () => {
    const { codes } = listed(60);
    const seen: string[] = [];
    let page: string | undefined;
    const sizes: number[] = [];
    do {
      const found = await codes({ top: 25, page });
      seen.push(...found.codes);
      sizes.push(found.codes.length);
      page = found.nextPage;
    } while (page);
    expect(sizes).toEqual([25, 25, 10]);
    expect(seen).toEqual(Array.from({ length: 60 }, (_, number) => `s${number}`));
  });

  test("has a next page only when there is more", async () => {
    const { codes } = listed(25);
    expect((await codes({ top: 25 })).nextPage).toBeUndefined();
    expect((await codes({ top: 24 })).nextPage).toBeDefined();
  });

  test("goes on with sessions of the same moment", async () => {
    const { codes } = listed(3, () => ({ requestedAt: new Date(START).toISOString() }));
    const first = await codes({ top: 2 });
    const second = await codes({ top: 2, page: first.nextPage });
    expect([...first.codes, ...second.codes].sort()).toEqual(["s0", "s1", "s2"]);
  });

  test("may be of one device, one agent, one state, or all of these", async () => {
    const { codes } = listed(8, (number) => ({
      device: { ...aSession().device, id: number % 2 ? "d1" : "d0" },
      requestedBy: number % 4 < 2 ? "bruno" : "bot",
      state: number < 4 ? "open" : "closed",
    }));
    expect((await codes({ top: 9, deviceId: "d1" })).codes).toEqual(["s1", "s3", "s5", "s7"]);
    expect((await codes({ top: 9, requestedBy: "bruno" })).codes).toEqual(["s0", "s1", "s4", "s5"]);
    expect((await codes({ top: 9, state: "closed" })).codes).toEqual(["s4", "s5", "s6", "s7"]);
    expect((await codes({ top: 9, deviceId: "d1", requestedBy: "bruno", state: "closed" })).codes).toEqual(["s5"]);
  });

  test("leaves out a session that was deleted while it was read", async () => {
    const { codes, journal } = listed(3);
    journal.instead("sessions.find", async () => undefined);
    expect((await codes({ top: 9 })).codes).toEqual(["s1", "s2"]);
  });

  test("reads 26 sessions side by side: no more than a page of 25 needs", async () => {
    const { codes, journal } = listed(100);
    await codes({ top: 25 });
    expect(journal.countOf("sessions.find")).toBe(26);
  });

  test("ends a page that a filter leaves short after 500 rows, and says where to go on", async () => {
    const { codes, journal } = listed(520, (number) => ({ state: number === 510 ? "closed" : "open" }));
    const first = await codes({ top: 5, state: "closed" });
    expect(first).toEqual({ codes: [], nextPage: expect.any(String) });
    expect(journal.countOf("sessions.find")).toBe(500);
    expect(await codes({ top: 5, state: "closed", page: first.nextPage })).toEqual({ codes: ["s510"] });
  });
});

describe("A page that no list gave is refused", () => {
  const pageOf = (text: string) => Buffer.from(text).toString("base64url");
  test.each([
    "nonsense",
    pageOf("2026-11-22T10:00:00.000Z"),
    pageOf(`2026-11-22T10:00:00.000Z ${idOf(1)}0`),
    pageOf(`x2026-11-22T10:00:00.000Z ${idOf(1)}`),
    pageOf(`2026-11-22 ${idOf(1)}`),
    pageOf(`2026-11-22T10:00:00.000Z ${"g".repeat(32)}`),
  ])("%p", async (page) => {
    const { list } = listed(1);
    await expect(list({ top: 5, page })).rejects.toMatchObject({ code: "invalid-request" });
  });

  test("but a time of another form that lists give is taken", async () => {
    const { list } = listed(2);
    expect((await list({ top: 5, page: pageOf(`2026-11-22T10:00:00Z ${idOf(0)}`) })).value).toBeDefined();
  });
});
