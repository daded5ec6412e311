import { describe, expect, test } from "@jest/globals";
import type { RequestRules } from "../../../lib/sessions/rules.ts";
import { quietHours } from "../../../lib/setting-policy.ts";
import { aHelpdesk, bot, bruno, DEVICE, inShort, MINUTE_MS } from "./a-helpdesk.ts";
import { aSession } from "./a-session.ts";

const ASKED = "session.request intent";
/** The helpdesk's clock begins at 10:00 UTC. */
const quiet = quietHours.parse("09:00-10:30 UTC");
const strict = { requireReason: true, ticketPattern: /^(?:INC\d{7})$/, quietHours: quiet };

function asking(rules: Partial<RequestRules> = {}) {
  const desk = aHelpdesk({ rules });
  const ask = (said: { reason?: string; ticket?: string; notify?: boolean } = {}, by = bruno, key = "key-1") =>
    desk.request(by, { deviceId: DEVICE, notify: true, ...said }, key, "call-1");
  return { ...desk, ask };
}

describe("A request that a company's rules stand against", () => {
  const cases: [string, Partial<RequestRules>, Parameters<ReturnType<typeof asking>["ask"]>[0]][] = [
    ["reason-required", { requireReason: true }, { ticket: "INC0010023" }],
    ["ticket-required", { ticketPattern: strict.ticketPattern }, { reason: "VPN" }],
    ["ticket-invalid", { ticketPattern: strict.ticketPattern }, { ticket: "INC1" }],
    ["quiet-hours", { quietHours: quiet }, {}],
  ];

  test.each(cases)(
    "is refused (%s) before anybody is asked; nothing but its audit is left",
    async (code, rules, said) => {
      for (const by of [bruno, bot]) {
        const { ask, audited, sessions, remotes, queue, journal } = asking(rules);
        await expect(ask(said, by)).rejects.toMatchObject({ code });
        expect(inShort(audited)).toEqual([ASKED, `session.request outcome refused ${code}`]);
        expect([sessions.all(), remotes, queue]).toEqual([[], [], []]);
        expect(journal.calls.filter((call) => /^(devices|remote|access|ledger)\./.test(call))).toEqual([]);
      }
    },
  );

  test("may be made anew with the same key once it says what was missing", async () => {
    const { ask } = asking(strict);
    await expect(ask({ notify: false })).rejects.toMatchObject({ code: "reason-required" });
    const { session } = await ask({ reason: "VPN", ticket: "INC0010023", notify: false });
    expect(session).toMatchObject({ state: "open", ticket: "INC0010023", notification: { state: "none" } });
  });

  test("names the form of a ticket as it was set", async () => {
    const { ask } = asking({ ticketPattern: strict.ticketPattern });
    await expect(ask()).rejects.toThrow("INC\\d{7}.");
    await expect(ask({ ticket: "7" })).rejects.toThrow("the form INC\\d{7}.");
  });
});

describe("In quiet hours", () => {
  test("who asks is told when they end, and without a notification goes through", async () => {
    const { ask, queue } = asking({ quietHours: quiet });
    await expect(ask()).rejects.toMatchObject({
      code: "quiet-hours",
      retryAfterSeconds: 1800,
      message: expect.stringContaining("2026-11-22T10:30:00.000Z"),
    });
    expect((await ask({ notify: false }, bruno, "key-2")).session.state).toBe("open");
    expect(queue).toEqual([]);
  });

  test("a session asked for before them is answered again", async () => {
    const { ask, advance } = asking({ quietHours: quietHours.parse("10:01-11:00 UTC") });
    const { session } = await ask();
    advance(MINUTE_MS);
    expect((await ask()).session).toEqual(session);
    await expect(ask({}, bruno, "key-2")).rejects.toMatchObject({ code: "quiet-hours" });
  });

  test("nobody is asked again: refused, audited, and neither Intune nor the ledger is asked", async () => {
    const { sessions, notifyAgain, audited, journal, queue } = asking({ quietHours: quiet });
    sessions.begin(aSession());
    const again = notifyAgain(bruno, aSession().id, undefined, "call-1");
    await expect(again).rejects.toMatchObject({ code: "quiet-hours", retryAfterSeconds: 1800 });
    expect(inShort(audited)).toEqual([
      "notification.request intent",
      "notification.request outcome refused quiet-hours",
    ]);
    expect(queue).toEqual([]);
    expect(journal.calls.filter((call) => /^(devices|ledger)\./.test(call))).toEqual([]);
  });

  test("what is under way already is sent", async () => {
    const { ask, advance, queue, notify, sent } = asking({ quietHours: quietHours.parse("10:01-11:00 UTC") });
    await ask();
    advance(MINUTE_MS);
    for (const { message } of queue) await notify(message, "call-2");
    expect(sent).toHaveLength(1);
  });
});

describe("A device's state in Intune", () => {
  const bad = ["noncompliant", "conflict", "error", "NonCompliant"];
  const fine = ["compliant", "configManager", "inGracePeriod", "unknown", "", "somethingNew"];

  test.each(bad)(
    "%s stands against every request where that is blocked, after Intune and before TeamViewer",
    async (state) => {
      const { ask, device, audited, sessions, remotes } = asking({ compliance: "block" });
      device({ compliance: state });
      await expect(ask({ reason: "VPN" })).rejects.toMatchObject({ code: "device-not-compliant" });
      expect(inShort(audited)).toEqual([ASKED, "session.request outcome refused device-not-compliant"]);
      expect([sessions.all(), remotes]).toEqual([[], []]);
    },
  );

  test.each(bad)("%s needs a reason where that is asked for", async (state) => {
    const { ask, device } = asking({ compliance: "require-reason" });
    device({ compliance: state });
    await expect(ask()).rejects.toMatchObject({
      code: "reason-required",
      message: expect.stringContaining("compliant"),
    });
    expect((await ask({ reason: "VPN" })).session.state).toBe("open");
  });

  test.each(fine)("%j stands against nothing", async (state) => {
    for (const compliance of ["block", "require-reason"] as const) {
      const { ask, device } = asking({ compliance });
      device({ compliance: state });
      expect((await ask()).session.state).toBe("open");
    }
  });

  test.each(["ignore", "warn"] as const)("is nobody's hindrance with %s", async (compliance) => {
    const { ask, device } = asking({ compliance });
    device({ compliance: "noncompliant" });
    expect((await ask()).session.state).toBe("open");
  });
});
