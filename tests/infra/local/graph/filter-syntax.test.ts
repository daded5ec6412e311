import fc from "fast-check";
import { parseFilter } from "../../../../infra/local/graph/filter-syntax.ts";
import { Refusal } from "../../../../infra/local/graph/refusal.ts";

function compared(property: string, operator: string, value: string) {
  return { is: "comparison", comparison: { property, operator, value } };
}

test("any text is read back as it was when its quotes are doubled", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom("'", "a", " ", ")") })),
      (text) => {
        const filter = `deviceName eq '${text.replaceAll("'", "''")}'`;
        expect(parseFilter(filter)).toEqual(compared("deviceName", "eq", text));
      },
    ),
  );
});

test("`and` binds closer than `or`, brackets closer than both", () => {
  const [a, b, c] = ["a", "b", "c"].map((name) => compared(name, "eq", "1"));
  expect(parseFilter("a eq 1 or b eq 1 and c eq '1'")).toEqual({
    is: "or",
    left: a,
    right: { is: "and", left: b, right: c },
  });
  expect(parseFilter("(a eq 1 OR b eq 1) AND c eq '1'")).toEqual({
    is: "and",
    left: { is: "or", left: a, right: b },
    right: c,
  });
});

test("a quoted bracket, comma or `and` is text", () => {
  expect(parseFilter("a eq ') and (b, or'")).toEqual(compared("a", "eq", ") and (b, or"));
  expect(parseFilter("a eq '('")).toEqual(compared("a", "eq", "("));
  expect(parseFilter("contains(a,'and')")).toEqual(compared("a", "contains", "and"));
});

test("any string at all is a filter or a 400, and nothing else", () => {
  const piece = fc.constantFrom("a", " ", "eq", "'", "(", ")", ",", "and", "or", "not", "contains", "1", "#", "é");
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join("")),
      (filter) => {
        try {
          parseFilter(filter);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
          expect(error).toMatchObject({ status: 400, code: "BadRequest" });
        }
      },
    ),
  );
});
