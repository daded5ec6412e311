import { Refusal } from "./refusal.ts";

/** `property operator value`; `contains(property,'value')` counts as an operator. Text comes unescaped. */
export type Comparison = { property: string; operator: string; value: string };

/** A `$filter` as OData reads it (OData 4.01 URL conventions, 5.1.1); `other` is valid OData that Intune does nothing with. */
export type Filter =
  | { is: "comparison"; comparison: Comparison }
  | { is: "and" | "or"; left: Filter; right: Filter }
  | { is: "other" };

type Token = { is: "text" | "word" | "sign" | "end"; text: string };
type Operand = { is: "text" | "word" | "call"; text: string; operands: Operand[] };

const END: Token = { is: "end", text: "" };
const TOKEN = /\s*(?:'((?:[^']|'')*)'|([\p{L}\d_.:/+-]+)|([(),]))/uy;

/** Reads a `$filter`, or refuses it with OData's 400 when it is none. */
export function parseFilter(filter: string): Filter {
  const tokens = tokenize(filter);
  const peek = () => tokens[0] ?? END;
  const skip = (text: string): boolean => {
    const token = peek();
    if (token.is === "text" || token.text.toLowerCase() !== text) return false;
    tokens.shift();
    return true;
  };
  const expect = (sign: string) => {
    if (!skip(sign)) throw invalid(filter);
  };

  const operandList = (): Operand[] => {
    const operands: Operand[] = [];
    if (skip(")")) return operands;
    do operands.push(operand());
    while (skip(","));
    expect(")");
    return operands;
  };
  const operand = (): Operand => {
    if (skip("(")) return { is: "call", text: "", operands: operandList() };
    const { is, text } = tokens.shift() ?? END;
    if (is !== "text" && is !== "word") throw invalid(filter);
    if (is === "word" && skip("(")) return { is: "call", text, operands: operandList() };
    return { is, text, operands: [] };
  };
  const term = (): Filter => {
    if (skip("not")) {
      term();
      return { is: "other" };
    }
    if (skip("(")) {
      const inner = expression();
      expect(")");
      return inner;
    }
    const left = operand();
    const operator = peek();
    if (operator.is === "word" && !/^(and|or)$/i.test(operator.text)) {
      tokens.shift();
      return comparison(left, operator.text, operand());
    }
    if (left.is !== "call") throw invalid(filter);
    return called(left);
  };
  const both = () => joined("and", term);
  const expression = () => joined("or", both);
  const joined = (word: "and" | "or", part: () => Filter): Filter => {
    let left = part();
    while (skip(word)) left = { is: word, left, right: part() };
    return left;
  };

  const whole = expression();
  if (peek() !== END) throw invalid(filter);
  return whole;
}

function comparison(left: Operand, operator: string, right: Operand): Filter {
  if (left.is !== "word" || right.is === "call") return { is: "other" };
  return { is: "comparison", comparison: { property: left.text, operator: operator.toLowerCase(), value: right.text } };
}

function called({ text, operands: [property, value] }: Operand): Filter {
  if (property?.is !== "word" || value?.is !== "text") return { is: "other" };
  return {
    is: "comparison",
    comparison: { property: property.text, operator: text.toLowerCase(), value: value.text },
  };
}

function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  const { length } = filter.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < length) {
    const found = TOKEN.exec(filter);
    if (!found) throw invalid(filter);
    const [, text, word, sign = ""] = found;
    if (text !== undefined) tokens.push({ is: "text", text: text.replaceAll("''", "'") });
    else tokens.push(word === undefined ? { is: "sign", text: sign } : { is: "word", text: word });
  }
  return tokens;
}

function invalid(filter: string): Refusal {
  return new Refusal(400, "BadRequest", `Invalid filter clause: syntax error in '${filter}'.`);
}
