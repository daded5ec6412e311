import { describe, expect, test } from "@jest/globals";
import { makeSendEvent } from "../../../lib/webhooks/send.ts";
import { answered, inMemory } from "./in-memory.ts";

const NOW = "2026-11-22T10:00:00.999Z";

/** What a target gets of an event that is sent with these secrets. */
async function sent(secrets: { current: string; previous?: string; previousUntil?: string }) {
  const calls: { url: string; method: string; headers: Record<string, string>; body?: string }[] = [];
  const event = inMemory().event();
  const send = makeSendEvent({
    callTarget: async (url, call) => {
      calls.push({ url, ...call });
      return answered(204);
    },
    sign: (by, id, at, body) => [...by, id, at.toISOString(), body.length].join("|"),
    now: () => new Date(NOW),
    source: "https://help.example",
  });
  await send("https://hooks.example/in?key=1", secrets, event);
  const [call] = calls;
  if (!call) throw new Error("nothing was sent");
  return { event, call, signature: call.headers["webhook-signature"] };
}

describe("An event", () => {
  test("goes out as a POST with the headers of Standard Webhooks, its time in whole seconds", async () => {
    const { event, call, signature } = await sent({ current: "new" });
    const { body = "" } = call;
    expect(call).toEqual({
      url: "https://hooks.example/in?key=1",
      method: "POST",
      headers: {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": event.id,
        "webhook-timestamp": String(Math.floor(Date.parse(NOW) / 1000)),
        "webhook-signature": `new|${event.id}|${NOW}|${body.length}`,
      },
      body: expect.any(String),
    });
    expect(signature).toBe(`new|${event.id}|${NOW}|${body.length}`);
    expect(JSON.parse(body)).toMatchObject({ id: event.id, source: "https://help.example" });
  });

  test.each([
    ["is not over", { previous: "old", previousUntil: "2026-11-22T10:00:01.000Z" }, /^new\|old\|8/],
    ["is over", { previous: "old", previousUntil: NOW }, /^new\|8/],
    ["has no end", { previous: "old" }, /^new\|8/],
    ["has no old secret", { previousUntil: "2026-11-22T10:00:01.000Z" }, /^new\|8/],
  ])("is signed by the old secret as well while the day after a rotation %s", async (_title, old, expected) => {
    expect((await sent({ current: "new", ...old })).signature).toMatch(expected);
  });
});
