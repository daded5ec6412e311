import { expect, test } from "@jest/globals";
import { makeSealAge } from "../../../lib/audit/seal-age.ts";

const now = () => new Date("2026-11-22T10:00:00.000Z");
const ageOf = (to: string | undefined) =>
  makeSealAge({ progress: { read: async () => (to === undefined ? undefined : { to: new Date(to) }) }, now })();

test("the last seal is as old as the end of what it holds, in whole minutes", async () => {
  expect(await ageOf("2026-11-22T09:58:00.000Z")).toBe(2);
  expect(await ageOf("2026-11-22T08:44:00.001Z")).toBe(75);
});

test("while nothing was ever sealed nothing has an age", async () => {
  expect(await ageOf(undefined)).toBeUndefined();
});
