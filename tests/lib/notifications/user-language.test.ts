import { expect, test } from "@jest/globals";
import { makeUserLanguageOf } from "../../../lib/notifications/user-language.ts";

const MINUTE_MS = 60_000;

/** The languages that one process remembers, over a directory that counts how often it is asked. */
function remembering(directory: Record<string, string> = { ana: "fr-FR" }) {
  let nowMs = Date.parse("2026-11-22T10:00:00Z");
  const asked: string[] = [];
  const languageOf = async (userId: string) => {
    asked.push(userId);
    if (userId === "broken") throw new Error("gone");
    return directory[userId];
  };
  const userLanguageOf = makeUserLanguageOf({ devices: { languageOf }, now: () => new Date(nowMs) });
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { userLanguageOf, asked, directory, advance };
}

test("a person's language is asked for once an hour", async () => {
  const { userLanguageOf, asked, directory, advance } = remembering();
  expect(await userLanguageOf("ana")).toBe("fr-FR");
  directory.ana = "de-DE";
  advance(60 * MINUTE_MS - 1);
  expect([await userLanguageOf("ana"), asked]).toEqual(["fr-FR", ["ana"]]);
  advance(1);
  expect([await userLanguageOf("ana"), asked]).toEqual(["de-DE", ["ana", "ana"]]);
});

test("that nobody knows it is believed for five minutes", async () => {
  const { userLanguageOf, asked, directory, advance } = remembering({});
  expect(await userLanguageOf("ana")).toBeUndefined();
  directory.ana = "sv";
  advance(5 * MINUTE_MS - 1);
  expect([await userLanguageOf("ana"), asked.length]).toEqual([undefined, 1]);
  advance(1);
  expect([await userLanguageOf("ana"), asked.length]).toEqual(["sv", 2]);
});

test("whoever wants the same one at the same moment shares the call; others are asked for themselves", async () => {
  const { userLanguageOf, asked } = remembering({ ana: "fr", bob: "nl" });
  const found = await Promise.all(["ana", "ana", "bob", "ana"].map(userLanguageOf));
  expect([found, asked]).toEqual([
    ["fr", "fr", "nl", "fr"],
    ["ana", "bob"],
  ]);
});

test("a call that failed is told to all who shared it and remembered by nobody", async () => {
  const { userLanguageOf, asked } = remembering();
  const both = await Promise.allSettled([userLanguageOf("broken"), userLanguageOf("broken")]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await expect(userLanguageOf("broken")).rejects.toThrow("gone");
  expect(asked).toHaveLength(2);
});

test("at most 5,000 people are remembered: the oldest one goes first", async () => {
  const { userLanguageOf, asked } = remembering();
  for (let number = 0; number <= 5_000; number += 1) await userLanguageOf(`person-${number}`);
  const askedBefore = asked.length;
  await userLanguageOf("person-1");
  await userLanguageOf("person-5000");
  expect(asked).toHaveLength(askedBefore);
  await userLanguageOf("person-0");
  expect(asked).toHaveLength(askedBefore + 1);
});
