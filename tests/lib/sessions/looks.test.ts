import { describe, expect, test } from "@jest/globals";
import { isGivenUp, isLost, isToBeReported, lastLookAt, nextLookAt, nextTryAt } from "../../../lib/sessions/looks.ts";
import { type SessionState, sessionStates } from "../../../lib/sessions/session.ts";
import { aSession } from "./a-session.ts";

const END = Date.parse("2026-11-22T10:30:00.000Z");
const over = { closedAt: new Date(END).toISOString() };
const minutesAfter = (minutes: number) => new Date(END + minutes * 60_000);
const DAY = 24 * 60;

describe("The report of a session that is over is looked at", () => {
  test("2, 10 and 30 minutes, 2, 8 and 24 hours after its end", () => {
    const looks: number[] = [];
    let at: Date | undefined = minutesAfter(0);
    while (at) {
      at = nextLookAt(over, at);
      if (at) looks.push((at.getTime() - END) / 60_000);
    }
    expect(looks).toEqual([2, 10, 30, 120, 480, DAY]);
    expect(lastLookAt(over)).toEqual(minutesAfter(DAY));
  });

  test("at the next of these times only, however many went by", () => {
    expect(nextLookAt(over, minutesAfter(31))).toEqual(minutesAfter(120));
    expect(nextLookAt(over, minutesAfter(DAY))).toBeUndefined();
  });

  test("again eight hours later when the last look could not be taken, for a week", () => {
    expect(nextTryAt(over, minutesAfter(1))).toEqual(minutesAfter(2));
    expect(nextTryAt(over, minutesAfter(DAY))).toEqual(minutesAfter(DAY + 480));
    expect([isGivenUp(over, minutesAfter(7 * DAY - 1)), isGivenUp(over, minutesAfter(7 * DAY))]).toEqual([false, true]);
    const look = { dueAt: minutesAfter(2) };
    expect([isLost(look, minutesAfter(7 * DAY)), isLost(look, minutesAfter(7 * DAY + 2))]).toEqual([false, true]);
  });

  test("when it might have been joined", () => {
    const ended = (state: SessionState) => isToBeReported(aSession(), aSession({ state }));
    expect(sessionStates.filter(ended)).toEqual(["declined", "closed", "expired"]);
    const { code: _, ...without } = aSession({ state: "closed" });
    expect(isToBeReported(aSession(), without)).toBe(false);
  });

  test("from its end on, not again from each later change", () => {
    expect(isToBeReported(aSession({ state: "closed", closeDue: true }), aSession({ state: "closed" }))).toBe(false);
  });
});
