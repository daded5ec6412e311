/** Lines go out in parts of this size: one by one they would cost more than what stands in them. */
const PART_CHARACTERS = 32 * 1024;

/** RFC 4180, with a header line; `row` tells the values in the order of `columns`. Made as it is read: memory does not grow with it. */
export const csvOf = <T>(
  columns: readonly string[],
  items: AsyncIterable<T>,
  row: (item: T) => readonly (string | undefined)[],
) => linesOf(items, `${columns.join(",")}\r\n`, (item) => `${row(item).map(cell).join(",")}\r`);

/** One JSON object a line. */
export const ndjsonOf = (items: AsyncIterable<unknown>) => linesOf(items, "", (item) => JSON.stringify(item));

/** Quoted where needed; a value that a spreadsheet would take for a formula is marked as text. */
function cell(value = ""): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function linesOf<T>(items: AsyncIterable<T>, head: string, line: (item: T) => string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  async function* chunks() {
    let text = head;
    for await (const item of items) {
      text += `${line(item)}\n`;
      if (text.length < PART_CHARACTERS) continue;
      yield encoder.encode(text);
      text = "";
    }
    if (text) yield encoder.encode(text);
  }
  return ReadableStream.from(chunks());
}
