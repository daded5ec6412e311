import { getEventListeners } from "node:events";
import { describe, expect, test } from "@jest/globals";
import { until } from "../../../lib/adapters/until.ts";

const listenersAt = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

describe("Work that has a signal's time", () => {
  test("brings what it brings when it is done before", async () => {
    await expect(until(new AbortController().signal, Promise.resolve(7), "too late")).resolves.toBe(7);
  });

  test("fails with its own error when it fails before", async () => {
    const work = Promise.reject(new Error("broken"));
    await expect(until(new AbortController().signal, work, "too late")).rejects.toThrow("broken");
  });

  test("is given up when the signal ends first", async () => {
    const controller = new AbortController();
    const given = until(controller.signal, new Promise(() => undefined), "too late");
    controller.abort();
    await expect(given).rejects.toThrow("too late");
  });

  test("is given up at once when the signal has ended already", async () => {
    await expect(until(AbortSignal.abort(), new Promise(() => undefined), "too late")).rejects.toThrow("too late");
  });

  test.each([
    ["brought something", Promise.resolve(7)],
    ["failed", Promise.reject(new Error("broken"))],
  ])("leaves nothing at the signal when it %s", async (_, work) => {
    const { signal } = new AbortController();
    const given = until(signal, work, "too late").catch(() => undefined);
    expect(listenersAt(signal)).toBe(1);
    await given;
    expect(listenersAt(signal)).toBe(0);
  });
});
