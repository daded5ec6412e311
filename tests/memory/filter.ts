import type { Row } from "../../lib/adapters/azure/table.ts";

type Comparison = { name: string; operator: string; value: string };

const COMPARISON = /(\w+) (eq|ne|gt|ge|lt|le) '((?:[^']|'')*)'( and |$)/y;

/** A table's filter as far as this product writes them: comparisons with texts, joined by `and`. Throws for any other. */
export function readFilter(text: string): Comparison[] {
  const found: Comparison[] = [];
  COMPARISON.lastIndex = 0;
  while (COMPARISON.lastIndex < text.length) {
    const at = COMPARISON.lastIndex;
    const [whole, name = "", operator = "", value = ""] = COMPARISON.exec(text) ?? [];
    if (whole === undefined) throw new Error(`This filter cannot be read from ${at} on: ${text}`);
    found.push({ name, operator, value: value.replaceAll("''", "'") });
  }
  return found;
}

const columnOf = (name: string) => ({ PartitionKey: "partitionKey", RowKey: "rowKey" })[name] ?? name;

/** A row without the column fits no comparison with it. */
export const isFitting = (row: Row, filter: readonly Comparison[]) =>
  filter.every(({ name, operator, value }) => {
    const held = row[columnOf(name)];
    return typeof held === "string" && holds(held, operator, value);
  });

function holds(held: string, operator: string, value: string): boolean {
  if (operator === "eq") return held === value;
  if (operator === "ne") return held !== value;
  if (operator === "gt") return held > value;
  if (operator === "ge") return held >= value;
  return operator === "lt" ? held < value : held <= value;
}
