import { expect, test } from "@jest/globals";
import { whenNeeded } from "../../../lib/adapters/when-needed.ts";

test("nothing is made before it is needed, and then once for all", async () => {
  let made = 0;
  const thing = whenNeeded(async () => {
    made += 1;
    return { number: made };
  });
  expect(made).toBe(0);
  const [first, second] = await Promise.all([thing(), thing()]);
  expect(first).toBe(second);
  expect(await thing()).toBe(first);
  expect(made).toBe(1);
});

test("what could not be made is tried again by whoever needs it next", async () => {
  let tries = 0;
  const thing = whenNeeded(async () => {
    tries += 1;
    if (tries === 1) throw new Error("not yet");
    return "made";
  });
  await expect(thing()).rejects.toThrow("not yet");
  expect(await thing()).toBe("made");
});
