import { describe, expect, test } from "@jest/globals";
import { hasIntuneRight, missingIntuneRight } from "../../../lib/access/intune-rights.ts";
import type { Principal, Role } from "../../../lib/access/principal.ts";
import { roles } from "../../../lib/access/principal.ts";
import { makeRequireIntuneRight } from "../../../lib/access/require-intune-right.ts";

const [UPDATE, REQUEST, READ] = roles;
const UPDATE_ACTION = "Microsoft.Intune_RemoteAssistance_Update";
const REQUEST_ACTION = "Microsoft.Intune_RemoteTasks_RequestRemoteAssistance";
const READ_ACTION = "Microsoft.Intune_RemoteAssistance_Read";

const person = (...own: Role[]): Principal => ({ id: "bruno", kind: "person", clientId: "portal", roles: own });

describe("The app role that lets a person in", () => {
  test.each<[Role, string]>([
    [UPDATE, UPDATE_ACTION],
    [REQUEST, REQUEST_ACTION],
    [READ, READ_ACTION],
  ])("%s needs %s and no other", (role, needed) => {
    const suffice = [UPDATE_ACTION, REQUEST_ACTION, READ_ACTION].filter((action) =>
      hasIntuneRight(person(role), [role], [action]),
    );
    expect(suffice).toEqual([needed]);
    expect(hasIntuneRight(person(role), [role], [])).toBe(false);
    expect(hasIntuneRight(person(role), [role], ["*"])).toBe(true);
    expect(hasIntuneRight(person(role), [role], ["x", needed.toUpperCase()])).toBe(true);
    expect(missingIntuneRight(person(role), [role]).message).toContain(needed);
  });

  test("is the one that the route takes, not another one of the same person", () => {
    expect(hasIntuneRight(person(REQUEST, READ), [REQUEST], [READ_ACTION])).toBe(false);
    expect(hasIntuneRight(person(REQUEST, READ), [REQUEST, READ], [READ_ACTION])).toBe(true);
    expect(hasIntuneRight(person(REQUEST), [REQUEST, READ], [READ_ACTION])).toBe(false);
    expect(missingIntuneRight(person(REQUEST), [REQUEST, READ]).message).not.toContain(READ_ACTION);
    expect(missingIntuneRight(person(REQUEST, READ), [REQUEST]).message).not.toContain(READ_ACTION);
  });

  test("is missing a right that the refusal names as Intune's portal does, each that would do", () => {
    const textFor = (...own: Role[]) => missingIntuneRight(person(...own), roles).message;
    expect(textFor(UPDATE)).toContain("Remote assistance connectors / Update");
    expect(textFor(REQUEST)).toContain("Offer remote assistance");
    expect(textFor(REQUEST, READ)).toMatch(/Offer remote assistance.* or .*Remote assistance connectors \/ Read/);
  });

  test("needs the whole name of the action", () => {
    for (const action of [`${READ_ACTION}_x`, READ_ACTION.slice(0, -1), "**", "Microsoft.Intune_*", ""])
      expect(hasIntuneRight(person(READ), [READ], [action])).toBe(false);
  });
});

describe("What Intune said", () => {
  /** A process that asks an Intune which grants what the test says. */
  function asking() {
    const state = { actions: [REQUEST_ACTION], asked: [] as string[], nowMs: Date.parse("2026-11-22T10:00:00Z") };
    const require = makeRequireIntuneRight({
      now: () => new Date(state.nowMs),
      intuneActionsOf: async (token) => {
        state.asked.push(token);
        if (token === "failing") throw new Error("nobody can tell");
        return state.actions;
      },
    });
    const ask = (token = "token", id = "bruno") =>
      require({ ...person(REQUEST), id }, [REQUEST], token).then(
        () => "passed",
        (error: Error & { code?: string }) => error.code ?? error.message,
      );
    return { state, ask, require };
  }

  test("yes is asked anew after five minutes, not before", async () => {
    const { state, ask } = asking();
    expect(await ask()).toBe("passed");
    state.actions = [];
    state.nowMs += 299_999;
    expect(await ask()).toBe("passed");
    state.nowMs += 1;
    expect([await ask(), state.asked.length]).toEqual(["forbidden", 2]);
  });

  test("no is asked anew after a minute, not before", async () => {
    const { state, ask } = asking();
    state.actions = [];
    expect(await ask()).toBe("forbidden");
    state.actions = ["*"];
    state.nowMs += 59_999;
    expect([await ask(), state.asked.length]).toEqual(["forbidden", 1]);
    state.nowMs += 1;
    expect([await ask(), state.asked.length]).toEqual(["passed", 2]);
  });

  test("nothing is not remembered: the next call asks again, and a running one is shared", async () => {
    const { state, ask } = asking();
    expect(await Promise.all([ask("failing"), ask("second"), ask("failing")])).toEqual(
      Array(3).fill("nobody can tell"),
    );
    expect(state.asked).toEqual(["failing"]);
    expect([await ask("third"), state.asked]).toEqual(["passed", ["failing", "third"]]);
  });

  test("is not asked for an application", async () => {
    const { state, require } = asking();
    await require({ ...person(REQUEST), kind: "application" }, [REQUEST], "token");
    expect(state.asked).toEqual([]);
  });

  test("is remembered of at most 10,000 people: the one asked longest ago goes first", async () => {
    const { state, ask } = asking();
    for (let number = 0; number <= 10_000; number += 1) await ask("token", `person-${number}`);
    state.asked.splice(0);
    await ask("again", "person-10000");
    await ask("again", "person-1");
    expect(state.asked).toEqual([]);
    await ask("again", "person-0");
    expect(state.asked).toEqual(["again"]);
  });

  test("is kept of somebody who was asked again lately, however long ago the first time was", async () => {
    const { state, ask } = asking();
    for (let number = 0; number < 9_999; number += 1) await ask("token", `person-${number}`);
    state.nowMs += 300_000;
    await ask("token", "person-0");
    for (const somebody of ["new", "newer"]) await ask("token", somebody);
    state.asked.splice(0);
    await ask("again", "person-0");
    expect(state.asked).toEqual([]);
  });
});
