import { expect, test } from "@jest/globals";
import { makeOnce } from "../../../lib/connector/once.ts";

/** Work that ends when the test says so. */
function makeWork() {
  const ends: PromiseWithResolvers<string>[] = [];
  const work = () => {
    const end = Promise.withResolvers<string>();
    ends.push(end);
    return end.promise;
  };
  return { work, ends };
}

test("callers with the same key share one run and its answer", async () => {
  const { work, ends } = makeWork();
  const once = makeOnce<string>();
  const asked = [once("a", work), once("a", work), once("a", work)];
  ends[0]?.resolve("done");
  expect(await Promise.all(asked)).toEqual(["done", "done", "done"]);
  expect(ends).toHaveLength(1);
});

test("callers with different keys do not wait for each other", async () => {
  const { work, ends } = makeWork();
  const once = makeOnce<string>();
  const [first, second] = [once("a", work), once("b", work)];
  ends[1]?.resolve("second");
  expect(await second).toBe("second");
  ends[0]?.resolve("first");
  expect(await first).toBe("first");
});

test("a failure is told to all who shared the run; whoever comes later runs anew", async () => {
  const { work, ends } = makeWork();
  const once = makeOnce<string>();
  const asked = [once("a", work), once("a", work)];
  ends[0]?.reject(new Error("away"));
  for (const one of asked) await expect(one).rejects.toThrow("away");
  const again = once("a", work);
  ends[1]?.resolve("back");
  expect(await again).toBe("back");
});
