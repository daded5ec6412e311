import type { Row } from "../../lib/adapters/azure/table.ts";

type Comparison = { name: string; operator: string; value: string };
type Condition = Comparison | { anyOf: readonly Comparison[] };

const COMPARISON = /(\w+) (eq|ne|gt|ge|lt|le) '((?:[^']|'')*)'( and | or |$)/y;
const ALTERNATIVES = / and \(([^()]*)\)$/;

/**
 * A table's filter as far as this product writes them: comparisons with texts, joined by `and`, then perhaps alternatives in
 * brackets. Throws for any other.
 */
export function readFilter(text: string): Condition[] {
  const alternatives = ALTERNATIVES.exec(text)?.[1];
  if (alternatives === undefined) return readComparisons(text, " and ");
  return [
    ...readComparisons(text.replace(ALTERNATIVES, ""), " and "),
    { anyOf: readComparisons(alternatives, " or ") },
  ];
}

function readComparisons(text: string, joint: string): Comparison[] {
  const found: Comparison[] = [];
  COMPARISON.lastIndex = 0;
  while (COMPARISON.lastIndex < text.length) {
    const at = COMPARISON.lastIndex;
    const [whole, name = "", operator = "", value = "", next = ""] = COMPARISON.exec(text) ?? [];
    if (whole === undefined || (next !== "" && next !== joint))
      throw new Error(`This filter cannot be read from ${at} on: ${text}`);
    found.push({ name, operator, value: value.replaceAll("''", "'") });
  }
  return found;
}

const columnOf = (name: string) => ({ PartitionKey: "partitionKey", RowKey: "rowKey" })[name] ?? name;

/** A row without the column fits no comparison with it. */
export const isFitting = (row: Row, filter: readonly Condition[]): boolean =>
  filter.every((each) => ("anyOf" in each ? each.anyOf.some((one) => fits(row, one)) : fits(row, each)));

function fits(row: Row, { name, operator, value }: Comparison): boolean {
  const held = row[columnOf(name)];
  return typeof held === "string" && holds(held, operator, value);
}

function holds(held: string, operator: string, value: string): boolean {
  if (operator === "eq") return held === value;
  if (operator === "ne") return held !== value;
  if (operator === "gt") return held > value;
  if (operator === "ge") return held >= value;
  return operator === "lt" ? held < value : held <= value;
}
