import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../lib/errors.ts";
import { makeCheckReports } from "../../../lib/sessions/check-reports.ts";
import type { ReportAnswer } from "../../../lib/sessions/ports.ts";
import { aHelpdesk, MINUTE_MS } from "./a-helpdesk.ts";

function checking(answer?: () => Promise<ReportAnswer>) {
  const desk = aHelpdesk();
  const { between } = desk.ports.reports;
  desk.ports.reports.between = async (access, from, to) => {
    const usual = await between(access, from, to);
    return answer ? answer() : usual;
  };
  const check = makeCheckReports({ ...desk.ports, gate: desk.gate });
  return { ...desk, check, calls: () => desk.journal.countOf("reports.between") };
}

describe("Health about reports", () => {
  test("has nothing to say where they can be read, and asks once an hour", async () => {
    const { check, calls, advance } = checking();
    expect([await check(), await check(), calls()]).toEqual([undefined, undefined, 1]);
    advance(60 * MINUTE_MS);
    await check();
    expect(calls()).toBe(2);
  });

  test.each([
    ["permission", "view connection entries"],
    ["licence", "licence"],
  ] as const)(
    "says that the %s is missing and that everything else works, and asks once an hour",
    async (lacking, word) => {
      const { check, calls, advance } = checking(async () => ({ outcome: "refused", lacking }));
      const said = await check();
      expect(said).toContain(word);
      expect(said).toContain("everything else works");
      expect([await check(), calls()]).toEqual([said, 1]);
      advance(60 * MINUTE_MS);
      await check();
      expect(calls()).toBe(2);
    },
  );

  test("leaves trouble of TeamViewer to TeamViewer's own line", async () => {
    for (const code of ["upstream-unavailable", "upstream-invalid", "connector-not-connected"] as const) {
      const { check } = checking(() => Promise.reject(new AppError(code, "away")));
      expect(await check()).toBeUndefined();
    }
  });
});
