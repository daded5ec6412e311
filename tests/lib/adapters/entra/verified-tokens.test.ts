import { describe, expect, test } from "@jest/globals";
import type { Principal } from "../../../../lib/access/principal.ts";
import { makeVerifiedTokens } from "../../../../lib/adapters/entra/verified-tokens.ts";

const START_MS = Date.parse("2026-11-02T08:00:00Z");
const hourLater = START_MS / 1000 + 3600;
const principalOf = (id: string): Principal => ({
  id,
  kind: "person",
  clientId: "c",
  roles: ["RemoteAssistance.Read"],
  firstName: "",
  emails: [],
});

function withClock() {
  const clock = { ms: START_MS };
  return { clock, verified: makeVerifiedTokens(() => new Date(clock.ms)) };
}

describe("A token that was verified", () => {
  test("tells whose it is for a minute", () => {
    const { clock, verified } = withClock();
    verified.add("a.b.c", principalOf("ana"), hourLater);
    clock.ms += 59_999;
    expect(verified.principalOf("a.b.c")).toEqual(principalOf("ana"));
    clock.ms += 1;
    expect(verified.principalOf("a.b.c")).toBeUndefined();
  });

  test("is not known beyond its own end", () => {
    const { clock, verified } = withClock();
    verified.add("a.b.c", principalOf("ana"), START_MS / 1000 + 10);
    clock.ms += 10_000;
    expect(verified.principalOf("a.b.c")).toBeUndefined();
  });

  test("is known by all of its text, its signature, too", () => {
    const { verified } = withClock();
    verified.add("a.b.c", principalOf("ana"), hourLater);
    expect(["a.b.d", "a.b.c ", "a.b", ""].map(verified.principalOf)).toEqual(Array(4).fill(undefined));
  });

  test("tells whose it is for another minute when it is verified again", () => {
    const { clock, verified } = withClock();
    verified.add("a.b.c", principalOf("ana"), hourLater);
    clock.ms += 60_000;
    verified.add("a.b.c", principalOf("ana"), hourLater);
    clock.ms += 59_999;
    expect(verified.principalOf("a.b.c")).toEqual(principalOf("ana"));
  });

  test("is forgotten when a thousand others were verified since", () => {
    const { verified } = withClock();
    verified.add("first", principalOf("ana"), hourLater);
    for (let number = 1; number < 1_000; number += 1) verified.add(`other-${number}`, principalOf("bo"), hourLater);
    expect(verified.principalOf("first")).toEqual(principalOf("ana"));
    verified.add("one more", principalOf("bo"), hourLater);
    expect(verified.principalOf("first")).toBeUndefined();
    expect(verified.principalOf("other-1")).toEqual(principalOf("bo"));
  });
});
