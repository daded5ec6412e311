import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import * as z from "zod";
import { readIdempotencyKey, readJson, readParams, readQuery, readText } from "../../../lib/http/read-request.ts";
import { anyText } from "../any-text.ts";
import { aJsonRequest, aRequest } from "./a-request.ts";

const schema = z.strictObject({ deviceId: z.string(), reason: z.string().optional() });
const LIMIT = 64 * 1024;

async function refusal(work: () => unknown): Promise<{ code?: string; message?: string }> {
  try {
    await work();
  } catch (error) {
    return error as { code?: string; message?: string };
  }
  return {};
}

describe("A body", () => {
  test("is read as JSON and checked", async () => {
    expect(await readJson(aJsonRequest('{"deviceId":"d1"}'), schema)).toEqual({ deviceId: "d1" });
  });

  test.each(["application/json; charset=utf-8", "APPLICATION/JSON", " application/json ;x=y"])(
    "of the type %j is JSON",
    async (contentType) => {
      expect(await readJson(aJsonRequest('{"deviceId":"d1"}', contentType), schema)).toEqual({ deviceId: "d1" });
    },
  );

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/jsonp",
    "text/json",
    "application/problem+json",
    "text/plain; application/json",
    "",
  ])("of the type %j is refused, so that no form of another site can send it", async (contentType) => {
    const { code } = await refusal(() => readJson(aJsonRequest('{"deviceId":"d1"}', contentType), schema));
    expect(code).toBe("unsupported-media-type");
  });

  test("without a type is refused", async () => {
    const request = aRequest({ method: "POST", body: new TextEncoder().encode('{"deviceId":"d1"}') });
    expect((await refusal(() => readJson(request, schema))).code).toBe("unsupported-media-type");
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "deviceId=d1"],
    ["half of it", '{"deviceId":"d1"'],
    ["two of it", '{"deviceId":"d1"}{}'],
    ["a comment", '{"deviceId":"d1"/**/}'],
    ["a list", '[{"deviceId":"d1"}]'],
    ["null", "null"],
    ["another kind of value", '{"deviceId":1}'],
    ["a field too many", '{"deviceId":"d1","admin":true}'],
    ["__proto__", '{"deviceId":"d1","__proto__":{"reason":"x"}}'],
    ["only __proto__", '{"__proto__":{"deviceId":"d1"}}'],
    ["constructor", '{"deviceId":"d1","constructor":{"prototype":{}}}'],
    ["10,000 lists in one another", "[".repeat(10_000) + "]".repeat(10_000)],
    ["5,000 objects in one another", `${'{"deviceId":'.repeat(5_000)}1${"}".repeat(5_000)}`],
    ["5,000 fields", `{${Array.from({ length: 5000 }, (_, index) => `"f${index}":1`).join()}}`],
  ])("with %s is refused quickly, in one short answer", async (_title, body) => {
    const startedMs = performance.now();
    const { code, message } = await refusal(() => readJson(aJsonRequest(body), schema));
    expect(code).toBe("invalid-request");
    expect(message?.length).toBeLessThanOrEqual(1000);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  test("with __proto__ leaves every other object as it was", async () => {
    await refusal(() => readJson(aJsonRequest('{"__proto__":{"polluted":true}}'), schema));
    expect({}).not.toHaveProperty("polluted");
  });

  test("whose field stands there twice counts once: the last, as everywhere in JavaScript", async () => {
    expect(await readJson(aJsonRequest('{"deviceId":"a","deviceId":"b"}'), schema)).toEqual({ deviceId: "b" });
  });

  test("that is wrong is told by the names of its fields, not by their values", async () => {
    const wrong = z.strictObject({ device: z.strictObject({ id: z.guid("must be a GUID") }), notify: z.boolean() });
    const { message } = await refusal(() =>
      readJson(aJsonRequest('{"device":{"id":"tok3n"},"notify":"s3cret"}'), wrong),
    );
    expect(message).toMatch(/device\.id: must be a GUID; notify: /);
    expect(message).not.toMatch(/tok3n|s3cret/);
  });
});

describe("Who sends what cannot be read is told what to do", () => {
  const ofBytes = (...bytes: number[]) => aJsonRequest(new Uint8Array(bytes));
  test.each<[string, () => unknown, RegExp]>([
    ["about the type", () => readJson(aJsonRequest("{}", "text/plain"), schema), /Content-Type: application\/json/],
    ["about text that is no JSON", () => readJson(aJsonRequest("{"), schema), /not JSON/],
    ["about bytes that are no text", () => readJson(ofBytes(0xff), schema), /UTF-8/],
    ["about a body that is wrong as a whole", () => readJson(aJsonRequest("[]"), schema), /body .*it: /],
    [
      "about too large a body",
      () => readText(aRequest({ method: "POST", body: " ".repeat(LIMIT + 1) })),
      /65536 bytes/,
    ],
    [
      "about a name that stands twice",
      () => readQuery(aRequest({ path: "/?top=1&top=2" }), schema),
      /top more than once/,
    ],
    ["about an unknown query", () => readQuery(aRequest({ path: "/?deviceId=d&x=1" }), schema), /query .*"x"/],
    ["about a parameter", () => readParams(aRequest({ params: { reason: "x" } }), schema), /address .*deviceId: /],
    ["about a bad escape", () => readParams(aRequest({ params: { deviceId: "%" } }), schema), /percent-encoded/],
    [
      "about a key",
      () => readIdempotencyKey(aRequest({ headers: { "idempotency-key": "a b" } })),
      /Idempotency-Key must have 1 to 255/,
    ],
  ])("%s", async (_title, work, words) => {
    expect((await refusal(work)).message).toMatch(words);
  });

  test("field by field, with a semicolon between them", async () => {
    const two = z.object({ a: z.string("wrong"), b: z.object({ c: z.string("wrong") }) });
    const { message } = await refusal(() => readJson(aJsonRequest('{"b":{}}'), two));
    expect(message).toMatch(/a: wrong; b\.c: wrong$/);
  });

  test("in at most 1,000 characters", async () => {
    const long = z.object({ a: z.string("w".repeat(2000)) });
    expect((await refusal(() => readJson(aJsonRequest("{}"), long))).message).toHaveLength(1000);
  });
});

test("of many wrong fields the first ten are told", async () => {
  const many = z.object(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`f${index}`, z.string("wrong")])));
  const { message } = await refusal(() => readJson(aJsonRequest("{}"), many));
  expect(message?.match(/wrong/g)).toHaveLength(10);
});

describe("The size of a body", () => {
  const ofSize = (bytes: number) => new Uint8Array(bytes).fill(0x20);

  test("may be 64 KiB and not a byte more", async () => {
    expect((await readText(aRequest({ method: "POST", body: ofSize(LIMIT) }))).length).toBe(LIMIT);
    const headers = { "content-length": String(LIMIT) };
    expect((await readText(aRequest({ method: "POST", headers, body: ofSize(LIMIT) }))).length).toBe(LIMIT);
    const { code } = await refusal(() => readText(aRequest({ method: "POST", body: ofSize(LIMIT + 1) })));
    expect(code).toBe("payload-too-large");
  });

  test("counts bytes, not characters", async () => {
    const body = "é".repeat(LIMIT / 2 + 1);
    expect((await refusal(() => readText(aRequest({ method: "POST", body })))).code).toBe("payload-too-large");
  });

  test("is believed when it is announced as too large, before anything is read", async () => {
    const request = aRequest({ method: "POST", headers: { "content-length": String(LIMIT + 1) }, body: "{}" });
    expect((await refusal(() => readText(request))).code).toBe("payload-too-large");
    expect(request.bodyUsed).toBe(false);
  });

  test("is not believed when it is announced as small", async () => {
    const request = aRequest({ method: "POST", headers: { "content-length": "2" }, body: ofSize(LIMIT + 1) });
    expect((await refusal(() => readText(request))).code).toBe("payload-too-large");
  });
});

describe("Text", () => {
  test.each([
    ["a lonely continuation byte", [0x22, 0x80, 0x22]],
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
    ["a surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["half a character", [0x22, 0xe2, 0x82]],
    ["Latin-1", [0x22, 0xe9, 0x22]],
    ["UTF-16", [0xff, 0xfe, 0x22, 0x00, 0x22, 0x00]],
  ])("that is no UTF-8 is refused: %s", async (_title, bytes) => {
    const body = new Uint8Array(bytes);
    expect((await refusal(() => readText(aRequest({ method: "POST", body })))).code).toBe("invalid-request");
    expect((await refusal(() => readJson(aJsonRequest(body), z.string()))).code).toBe("invalid-request");
  });

  test("of any language arrives as it was sent", async () => {
    await fc.assert(
      fc.asyncProperty(anyText(), async (text) => {
        const body = new TextEncoder().encode(JSON.stringify({ deviceId: text }));
        expect(await readJson(aJsonRequest(body), schema)).toEqual({ deviceId: text });
      }),
    );
  });
});

describe("A query", () => {
  const query = z.strictObject({ search: z.string().default(""), top: z.coerce.number().optional() });
  const read = (text: string) => readQuery(aRequest({ path: `/api/devices${text}` }), query);

  test("is decoded and checked", () => {
    expect(read("?search=a%26b+c%23&top=5")).toEqual({ search: "a&b c#", top: 5 });
    expect(read("")).toEqual({ search: "" });
  });

  test.each([
    ["a name that stands there twice", "?top=1&top=2"],
    ["a name twice, once encoded", "?top=1&%74op=2"],
    ["a name twice, with one value", "?search=x&search=x"],
    ["an unknown name", "?serach=x"],
    ["a name in other letters", "?Top=1"],
    ["__proto__", "?__proto__=x"],
    ["constructor", "?constructor=x"],
    ["no number", "?top=many"],
    ["a function key", "?code=abc"],
  ])("with %s is refused", async (_title, text) => {
    expect((await refusal(() => read(text))).code).toBe("invalid-request");
  });
});

describe("A parameter of the route", () => {
  const params = z.strictObject({ deviceId: z.string() });
  const read = (deviceId: string) => readParams(aRequest({ params: { deviceId } }), params);

  test("is decoded and checked", () => {
    expect(read("a%20b")).toEqual({ deviceId: "a b" });
  });

  test.each(["%", "%zz", "%ff", "%c0%af"])("that is %j is refused", async (value) => {
    expect((await refusal(() => read(value))).code).toBe("invalid-request");
  });
});

describe("An Idempotency-Key", () => {
  const read = (value: string) => readIdempotencyKey(aRequest({ headers: { "idempotency-key": value } }));

  test("may be left out", () => {
    expect(readIdempotencyKey(aRequest())).toBeUndefined();
  });

  test.each([
    ["k", "k"],
    ["8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ['"8e03978e"', "8e03978e"],
    ["~!'()", "~!'()"],
    ['"half', '"half'],
    ['half"', 'half"'],
    ['x"quoted"', 'x"quoted"'],
    ['"quoted"x', '"quoted"x'],
    ["x".repeat(255), "x".repeat(255)],
  ])("%s is taken", (value, key) => {
    expect(read(value)).toBe(key);
  });

  test.each([
    ["empty", ""],
    ["an empty text in quotes", '""'],
    ["256 characters long", "x".repeat(256)],
    ["two keys", "a, b"],
    ["with a space", "a b"],
    ["with a tab", "a\tb"],
    ["not ASCII", "é"],
  ])("that is %s is refused", async (_title, value) => {
    expect((await refusal(() => read(value))).code).toBe("invalid-request");
  });
});
