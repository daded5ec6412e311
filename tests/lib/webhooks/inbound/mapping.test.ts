import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { mapped, mappedFields, mappingSchema } from "../../../../lib/webhooks/inbound/mapping.ts";

const body = {
  number: "INC1",
  state: 7,
  active: true,
  empty: "  ",
  nothing: null,
  list: [{ name: "first" }, { name: "second", deep: [[1, 2]] }],
  "u_caller.name": "not reached",
  u_caller: { name: "Ana", "display-name": "Ana P." },
};
const ticketOf = (template: string, sent: unknown = body) =>
  mapped(mappingSchema.parse({ action: "close", ticket: template }), sent).ticket;

describe("A template", () => {
  test.each([
    ["INC1", "INC1"],
    ["{{number}}", "INC1"],
    ["{{ number }}", "INC1"],
    ["{{number}}/{{state}} {{active}}", "INC1/7 true"],
    ["{{number}}{{number}}", "INC1INC1"],
    ["{{list[1].name}}", "second"],
    ["{{list[1].deep[0][1]}}", "2"],
    ["{{u_caller.name}}", "Ana"],
    ["{{u_caller.display-name}}", "Ana P."],
    ["$& {{number}} $1", "$& INC1 $1"],
  ])("%s makes %s", (template, expected) => {
    expect(ticketOf(template)).toBe(expected);
  });

  test.each([
    "{{none}}",
    "{{number.length}}",
    "{{number}} {{none}}",
    "{{empty}}",
    "{{nothing}}",
    "{{nothing.more}}",
    "{{list}}",
    "{{u_caller}}",
    "{{list[2].name}}",
    "{{list[01].name}}",
    "{{__proto__}}",
    "{{constructor.name}}",
    "{{u_caller.toString}}",
    "{{list.map}}",
  ])("%s has no value and leaves its field out", (template) => {
    expect(mapped({ action: "close", ticket: template }, body)).toEqual({ action: "close" });
  });

  test.each([null, 7, "text", []])("of a body that is %p leaves its field out", (sent) => {
    expect(ticketOf("{{number}}", sent)).toBeUndefined();
  });

  test("for notify makes truth of text, and leaves other text to be refused", () => {
    const notify = (value: unknown) => mapped({ action: "request", notify: "{{x}}" }, { x: value }).notify;
    expect([true, "true", false, "false", "yes", 1].map(notify)).toEqual([true, true, false, false, "yes", "1"]);
    expect(mapped({ action: "request", notify: false }, {}).notify).toBe(false);
  });
});

describe("A mapping", () => {
  const isSound = (mapping: unknown) => mappingSchema.safeParse(mapping).success;

  test.each<[string, unknown]>([
    ["every field", Object.fromEntries(mappedFields.map((field) => [field, "{{a}}"]))],
    ["the longest template", { action: "x".repeat(500) }],
    ["the most placeholders", { action: "{{a}}".repeat(10) }],
    ["the deepest path", { action: "{{a.b.c.d.e.f.g.h.i.j}}" }],
    ["keys with signs", { action: "{{@odata:type.$x-y}}" }],
    ["one brace", { action: "{ and } are fine" }],
  ])("may have %s", (_what, mapping) => {
    expect(isSound(mapping)).toBe(true);
  });

  test.each<[string, unknown]>([
    ["nothing", {}],
    ["no action", { ticket: "x" }],
    ["a field that messages do not have", { action: "close", requestedBy: "x" }],
    ["a number", { action: 7 }],
    ["an object", { action: { is: "close" } }],
    ["an empty template", { action: "" }],
    ["an empty placeholder", { action: "{{}}" }],
    ["half a placeholder", { action: "{{a}" }],
    ["the other half", { action: "a}}" }],
    ["a placeholder in a placeholder", { action: "{{{{a}}}}" }],
    ["a path that begins with a dot", { action: "{{.a}}" }],
    ["a path with two dots", { action: "{{a..b}}" }],
    ["an index that is no number", { action: "{{a[x]}}" }],
    ["an index below nought", { action: "{{a[-1]}}" }],
    ["an index alone", { action: "{{[0]}}" }],
    ["code", { action: "{{a + b}}" }],
    ["eleven placeholders", { action: "{{a}}".repeat(11) }],
    ["eleven steps", { action: "{{a.b.c.d.e.f.g.h.i.j.k}}" }],
    ["501 characters", { action: "x".repeat(501) }],
  ])("may not have %s", (_what, mapping) => {
    expect(isSound(mapping)).toBe(false);
  });

  const name = fc.stringMatching(/^[\w$@:-]{1,8}$/).filter((each) => each !== "__proto__");
  const steps = fc.array(fc.oneof(name, fc.nat(3)), { minLength: 1, maxLength: 6 }).map((all) => ["top", ...all]);
  const pathOf = (path: readonly (string | number)[]) =>
    path.map((step, at) => (typeof step === "number" ? `[${step}]` : `${at ? "." : ""}${step}`)).join("");
  /** A body that holds `value` at the end of the path and nothing else. */
  const holding = (path: readonly (string | number)[], value: unknown): unknown =>
    path.reduceRight<unknown>((inner, step) => {
      if (typeof step === "number") return Array.from({ length: step + 1 }, (_, at) => (at === step ? inner : null));
      return { [step]: inner };
    }, value);

  test("finds whatever stands at a path, and it alone", () => {
    fc.assert(
      fc.property(steps, fc.string({ unit: "grapheme", minLength: 1 }), (path, value) => {
        const template = `{{${pathOf(path)}}}`;
        fc.pre(template.length <= 500 && value.trim() !== "");
        expect(ticketOf(template, holding(path, value))).toBe(value);
        expect(ticketOf(template, holding(path.slice(0, -1), value))).toBeUndefined();
      }),
      { numRuns: 2000, seed: 5 },
    );
  });

  test("never throws, makes nothing but texts and truth, and of its own fields alone, whatever the body", () => {
    const template = fc.oneof(
      steps.map((path) => `{{${pathOf(path)}}}`),
      fc.string(),
    );
    const mapping = fc.dictionary(fc.constantFrom(...mappedFields), fc.oneof(template, fc.boolean()));
    fc.assert(
      fc.property(mapping, fc.jsonValue(), (asked, sent) => {
        const parsed = mappingSchema.safeParse({ action: "close", ...asked });
        if (!parsed.success) return;
        const made = mapped(parsed.data, sent);
        expect(Object.keys(parsed.data)).toEqual(expect.arrayContaining(Object.keys(made)));
        for (const value of Object.values(made)) expect(["string", "boolean"]).toContain(typeof value);
      }),
      { numRuns: 2000, seed: 6 },
    );
  });

  test("does not read what is filled in once more", () => {
    expect(ticketOf("{{number}}", { number: "{{state}}", state: "secret" })).toBe("{{state}}");
  });
});
