import { describe, expect, test } from "@jest/globals";
import { atMostAtOnce } from "../../../lib/access/at-once.ts";

/** Work that lasts until it is told to end: two at once, two more in line. */
function twoAtOnce() {
  const running: { name: string; end: (answer: string) => void; fail: (error: Error) => void }[] = [];
  const work = (name: string) =>
    new Promise<string>((resolve, reject) => {
      running.push({ name, end: (answer) => resolve(`${name} ${answer}`), fail: reject });
    });
  const names = () => running.map(({ name }) => name).join("");
  return { running, names, limited: atMostAtOnce({ running: 2, waiting: 2 }, work) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("Of what may run twice at once, with two in line", () => {
  test("the third and the fourth wait, the fifth is refused and never begins, and says when to come again", async () => {
    const { running, names, limited } = twoAtOnce();
    const [first] = [..."abcd"].map((name) => limited(name));
    await expect(limited("e")).rejects.toMatchObject({
      code: "too-many-requests",
      retryAfterSeconds: 10,
      message: expect.stringMatching(/Nothing was done.* 10 s/),
    });
    await turn();
    expect(names()).toBe("ab");
    running[0]?.end("done");
    expect(await first).toBe("a done");
  });

  test.each(["ends", "fails"])("those in line begin one by one, in their order, when one %s", async (how) => {
    const { running, names, limited } = twoAtOnce();
    const asked = [..."abcd"].map((name) => limited(name).catch(String));
    await turn();
    for (const [index, seen] of ["abc", "abcd", "abcd", "abcd"].entries()) {
      if (how === "ends") running[index]?.end("done");
      else running[index]?.fail(new Error("no"));
      await asked[index];
      await turn();
      expect(names()).toBe(seen);
    }
  });

  test("a place that was handed over is not taken twice, and free ones are free again", async () => {
    const { running, names, limited } = twoAtOnce();
    const asked = [..."abc"].map((name) => limited(name));
    await turn();
    running[0]?.end("done");
    void limited("d");
    await turn();
    expect(names()).toBe("abc");
    for (const each of [1, 2]) running[each]?.end("done");
    await Promise.all(asked);
    await turn();
    running[3]?.end("done");
    await turn();
    void limited("e");
    void limited("f");
    void limited("g");
    await turn();
    expect(names()).toBe("abcdef");
  });
});
