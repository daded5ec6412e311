import { describe, expect, test } from "@jest/globals";
import type { TargetCall } from "../../../lib/webhooks/ports.ts";
import type { TargetAnswer } from "../../../lib/webhooks/target-answer.ts";
import { ADA, answered, inMemory } from "./in-memory.ts";

const dataOf = ({ body = "{}" }: TargetCall) => (JSON.parse(body) as { data: { challenge: string } }).data;
const failed = (outcome: "refused-address" | "unreachable" | "timeout" | "cut"): TargetAnswer => ({
  outcome,
  durationMs: 5,
});

/** What asking a target for its consent says, by how it answers OPTIONS and POST. */
async function asked(options: TargetAnswer, post: TargetAnswer | ((call: TargetCall) => TargetAnswer) = answered(500)) {
  const hooks = inMemory();
  const { id } = await hooks.endpoint({ status: "pending" });
  hooks.answer((call) => {
    if (call.method === "OPTIONS") return options;
    return typeof post === "function" ? post(call) : post;
  });
  const { webhook } = await hooks.webhooks.tryOut(ADA, id, "c-1");
  return { said: webhook.problem ?? webhook.status, calls: hooks.calls };
}

describe("A target", () => {
  test.each(["help.example", "*"])("agrees by the handshake, naming %s, and gets no event", async (allowedOrigin) => {
    const { said, calls } = await asked(answered(204, { allowedOrigin }));
    expect(said).toBe("active");
    expect(calls).toEqual([
      {
        url: "https://hooks.example/in",
        method: "OPTIONS",
        headers: { "webhook-request-origin": "help.example" },
      },
    ]);
  });

  test.each([
    ["names somebody else", answered(200, { allowedOrigin: "other.example" })],
    ["names nobody", answered(200)],
    ["names nobody in an empty header", answered(200, { allowedOrigin: "" })],
    ["refuses, whatever it names", answered(405, { allowedOrigin: "*" })],
    ["redirects, whatever it names", answered(300, { allowedOrigin: "*" })],
    ["says 1xx", answered(199, { allowedOrigin: "*" })],
    ["hangs up", failed("cut")],
  ])("that %s is sent a signed test event with a challenge", async (_title, options) => {
    const { said, calls } = await asked(options, (call) => answered(200, { text: `<${dataOf(call).challenge}>` }));
    expect(said).toBe("active");
    expect(JSON.parse(calls[1]?.body ?? "")).toMatchObject({
      type: "webhook.test",
      time: "2026-11-22T10:00:00.000Z",
      data: { challenge: expect.stringMatching(/^challenge-/) },
    });
    expect(calls[1]?.headers["webhook-signature"]).toMatch(/^whsec_AAAA/);
  });

  test.each<[string, TargetAnswer | ((call: TargetCall) => TargetAnswer), string]>([
    ["answers 200 to everything", answered(200, { text: "ok" }), "not-proven"],
    ["repeats the challenge in an error", (call) => answered(400, { text: dataOf(call).challenge }), "not-proven"],
    ["repeats it in a redirect", (call) => answered(302, { text: dataOf(call).challenge }), "not-proven"],
    ["hangs up on the event", failed("cut"), "unreachable"],
    ["does not answer the event", failed("timeout"), "timeout"],
    ["has moved to another address meanwhile", failed("refused-address"), "refused-address"],
  ])("that %s has not agreed", async (_title, post, problem) => {
    expect((await asked(answered(405), post)).said).toBe(problem);
  });

  test.each(["refused-address", "unreachable", "timeout"] as const)(
    "that is %s is sent nothing more",
    async (outcome) => {
      const { said, calls } = await asked(failed(outcome), (call) => answered(200, { text: dataOf(call).challenge }));
      expect([said, calls.length]).toEqual([outcome, 1]);
    },
  );
});
