import { describe, expect, test } from "@jest/globals";
import { messageSchema } from "../../../../lib/webhooks/inbound/message.ts";
import { namedOrSource } from "../../../../lib/webhooks/inbound/names.ts";
import { newSourceSchema, sourceChangeSchema } from "../../../../lib/webhooks/inbound/source.ts";

const SESSION = "0123456789abcdef0123456789abcdef";
const DEVICE = "d0000000-0000-4000-8000-000000000001";

describe("A message", () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["names a device by its id, in any letters", { deviceId: DEVICE.toUpperCase() }, { deviceId: DEVICE }],
    ["names it by its serial number", { serialNumber: " SN1 " }, { serialNumber: "SN1" }],
    ["names it by its name", { deviceName: "x".repeat(200) }, { deviceName: "x".repeat(200) }],
    [
      "says all that a request can",
      { deviceName: "PC", reason: "r", ticket: "t", language: "pt-BR", notify: false },
      {},
    ],
  ])("that requests %s", (_what, said, expected) => {
    const made = messageSchema.parse({ action: "request", ...said });
    expect(made).toEqual({ action: "request", notify: true, ...said, ...expected });
  });

  test.each([
    { action: "close", sessionId: SESSION },
    { action: "close", ticket: "INC1" },
    { action: "ticket", sessionId: SESSION, ticket: "x".repeat(100) },
  ])("may be %j", (message) => {
    expect(messageSchema.parse(message)).toEqual(message);
  });

  test.each<Record<string, unknown>>([
    {},
    { action: "open" },
    { action: "request" },
    { action: "request", deviceId: "PC" },
    { action: "request", deviceName: "" },
    { action: "request", deviceName: "x".repeat(201) },
    { action: "request", serialNumber: "x".repeat(201) },
    { action: "request", deviceName: "PC", serialNumber: "SN1" },
    { action: "request", deviceName: "PC", sessionId: SESSION },
    { action: "request", deviceName: "PC", notify: "true" },
    { action: "request", deviceName: "PC", reason: "x".repeat(501) },
    { action: "close" },
    { action: "close", sessionId: SESSION, ticket: "INC1" },
    { action: "close", sessionId: SESSION.toUpperCase() },
    { action: "close", sessionId: `${SESSION}0` },
    { action: "close", sessionId: `x${SESSION}` },
    { action: "close", ticket: " " },
    { action: "ticket", sessionId: SESSION },
    { action: "ticket", ticket: "INC1" },
    { action: "ticket", sessionId: SESSION, ticket: "x".repeat(101) },
  ])("may not be %j", (message) => {
    expect(messageSchema.safeParse(message).success).toBe(false);
  });
});

describe("A source", () => {
  const rights = ["close"];
  test.each(["a", "0", "service-now", "a--b", "x".repeat(40)])("may be called %s", (name) => {
    expect(newSourceSchema.parse({ name, rights })).toEqual({ name, rights });
  });

  test.each(["", "-a", "a-", "A", "a.b", "a/b", "a b", "ä", "x".repeat(41), "~a", "a\n"])(
    "may not be called %j",
    (name) => {
      expect(newSourceSchema.safeParse({ name, rights }).success).toBe(false);
    },
  );

  test("may be changed but for its name, and loses its mapping for null", () => {
    expect(sourceChangeSchema.parse({})).toEqual({});
    expect(sourceChangeSchema.parse({ mapping: null, paused: true })).toEqual({ mapping: null, paused: true });
    for (const change of [{ name: "b" }, { rights: [] }, { rights: ["all"] }, { mapping: {} }, { id: "x" }])
      expect(sourceChangeSchema.safeParse(change).success).toBe(false);
  });
});

describe("A name", () => {
  const directory = { nameOf: async (id: string) => ({ kind: "person" as const, name: `person ${id}` }) };
  const known = (sources: () => Promise<unknown[]>) => ({ current: sources as never, forget: () => undefined });

  test("is a source's where it is one, and else whoever the directory knows", async () => {
    const { nameOf } = namedOrSource(
      directory,
      known(async () => [{ id: "1", name: "tickets" }]),
    );
    expect(await nameOf("1")).toEqual({ kind: "application", name: "tickets" });
    expect(await nameOf("2")).toEqual({ kind: "person", name: "person 2" });
  });

  test("of others is told while nobody can tell the sources", async () => {
    const { nameOf } = namedOrSource(
      directory,
      known(() => Promise.reject(new Error("away"))),
    );
    expect(await nameOf("1")).toEqual({ kind: "person", name: "person 1" });
  });
});
