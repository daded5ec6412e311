/** Lines are encoded in parts of this size: as one text they would take twice their memory, one by one more than what stands in them. */
const PART_CHARACTERS = 32 * 1024;

/** Read as it comes or there already. A failure on the way is the answer's: half an export is never taken for the whole. */
export type Items<T> = AsyncIterable<T> | Iterable<T>;

/** RFC 4180, with a header line unless `isContinued`; `row` tells the values in the order of `columns`. */
export const csvOf = <T>(
  columns: readonly string[],
  items: Items<T>,
  row: (item: T) => readonly (string | undefined)[],
  isContinued = false,
) => linesOf(items, isContinued ? "" : `${columns.join(",")}\r\n`, (item) => `${row(item).map(cell).join(",")}\r`);

/** One JSON object a line. */
export const ndjsonOf = (items: Items<unknown>) => linesOf(items, "", (item) => JSON.stringify(item));

/** Quoted where needed; a value that a spreadsheet would take for a formula is marked as text. */
function cell(value = ""): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function linesOf<T>(items: Items<T>, head: string, line: (item: T) => string): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let text = head;
  for await (const item of items) {
    text += `${line(item)}\n`;
    if (text.length < PART_CHARACTERS) continue;
    parts.push(Buffer.from(text));
    text = "";
  }
  return Buffer.concat([...parts, Buffer.from(text)]);
}
