import { expect, test } from "@jest/globals";
import { sideBySide } from "../../../lib/sessions/side-by-side.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

test("every item is worked on once, eight at a time and no more", async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  const work = async (item: number) => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    done.push(item);
  };
  expect(await sideBySide(numbers(50), work)).toEqual([]);
  expect(done.sort((a, b) => a - b)).toEqual(numbers(50));
  expect(most).toBe(8);
});

test("one that fails stops no other, and is told", async () => {
  const done: number[] = [];
  const failures = await sideBySide(numbers(20), async (item) => {
    if (item % 9 === 4) throw new Error(`no ${item}`);
    done.push(item);
  });
  expect(failures).toEqual([new Error("no 4"), new Error("no 13")]);
  expect(done).toHaveLength(18);
});

test("nothing to do is done at once", async () => {
  expect(await sideBySide([], () => Promise.reject(new Error("no")))).toEqual([]);
});
