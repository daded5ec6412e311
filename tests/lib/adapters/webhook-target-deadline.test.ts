import { expect, test } from "@jest/globals";
import type { Resolve } from "../../../lib/adapters/public-names.ts";
import { makeCallTarget } from "../../../lib/adapters/webhook-target.ts";
import type { TargetCall } from "../../../lib/webhooks/ports.ts";
import { startReceiver } from "../../receiver.ts";

const call: TargetCall = { method: "POST", headers: {}, body: '{"data":{}}' };
const local = (resolve?: Resolve) => makeCallTarget({ allowLoopback: true, ...(resolve ? { resolve } : {}) });

describe("After 15 seconds a call is over", () => {
  test("when nothing is answered; and one that answers and then drips counts as answered", async () => {
    const dripping = await startReceiver();
    dripping.answer((_received, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("."), 500);
      response.on("close", () => clearInterval(timer));
    });
    const hanging = await startReceiver();
    hanging.answer(() => undefined);
    const startedMs = performance.now();
    const [silent, slow, lost] = await Promise.all([
      local()(hanging.url, call),
      local()(dripping.url, call),
      local(() => new Promise(() => undefined))("https://hooks.example", call),
    ]);
    const tookMs = performance.now() - startedMs;
    expect(silent.outcome).toBe("timeout");
    expect(lost.outcome).toBe("timeout");
    expect(slow).toMatchObject({ outcome: "answered", status: 200 });
    expect(tookMs).toBeGreaterThan(14_500);
    expect(tookMs).toBeLessThan(20_000);
    await Promise.all([dripping.close(), hanging.close()]);
  }, 30_000);
});
