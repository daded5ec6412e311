import { describe, expect, test } from "@jest/globals";
import { atMostAtOnce } from "../../../lib/access/at-once.ts";

/** Work that lasts until it is told to end, at most twice at once. */
function twoAtOnce() {
  const running: { end: (answer: string) => void; fail: (error: Error) => void }[] = [];
  const work = (name: string) =>
    new Promise<string>((resolve, reject) => {
      running.push({ end: (answer) => resolve(`${name} ${answer}`), fail: reject });
    });
  return { running, limited: atMostAtOnce(2, work) };
}

const refusal = { code: "too-many-requests", retryAfterSeconds: 2 };

describe("Of what may run twice at once", () => {
  test("the third is refused and never begins, and says when to come again", async () => {
    const { running, limited } = twoAtOnce();
    const first = limited("a");
    void limited("b");
    await expect(limited("c")).rejects.toMatchObject(refusal);
    expect(running).toHaveLength(2);
    running[0]?.end("done");
    expect(await first).toBe("a done");
  });

  test.each(["ends", "fails"])("the next may begin when one %s, and only one", async (how) => {
    const { running, limited } = twoAtOnce();
    const first = limited("a").catch(String);
    void limited("b");
    if (how === "ends") running[0]?.end("done");
    else running[0]?.fail(new Error("no"));
    await first;
    void limited("c");
    await expect(limited("d")).rejects.toMatchObject(refusal);
    expect(running).toHaveLength(3);
  });
});
