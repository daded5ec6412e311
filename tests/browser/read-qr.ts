/** Masks and layout of ISO/IEC 18004, as far as a link needs them: versions 1 to 3, which are one block of bytes. */
const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];
const FORMAT_MASK = 0b101010000010010;

/** What a phone's camera reads from a QR code. `isDark` tells a module; there is no damage to mend. */
export function readQr(size: number, isDark: (x: number, y: number) => boolean): string {
  if (size > 29) throw new Error(`a code of ${size} modules has several blocks`);
  const format = [0, 1, 2, 3, 4].reduce((bits, x) => (bits << 1) | Number(isDark(x, 8)), 0) ^ (FORMAT_MASK >> 10);
  const mask = masks[format & 0b111];
  const bits = dataModules(size).map(([x, y]) => isDark(x, y) !== mask?.(x, y));
  const number = (from: number, length: number) =>
    bits.slice(from, from + length).reduce((value, bit) => (value << 1) | Number(bit), 0);
  // The text says first that it is UTF-8 (an extended channel interpretation, 26), then that bytes follow, and how many.
  const start = number(0, 4) === 0b0111 && number(4, 8) === 26 ? 12 : 0;
  if (number(start, 4) !== 0b0100) throw new Error("the code does not hold bytes");
  const bytes = Array.from({ length: number(start + 4, 8) }, (_, at) => number(start + 12 + at * 8, 8));
  return Buffer.from(bytes).toString("utf8");
}

/** The modules of data in their order: pairs of columns from the right, up and down in turn, around what is no data. */
function dataModules(size: number): [number, number][] {
  const isReserved = (x: number, y: number) => {
    const isFinder = (x < 9 && y < 9) || (x >= size - 8 && y < 9) || (x < 9 && y >= size - 8);
    const isAlignment = size > 21 && Math.abs(x - (size - 7)) <= 2 && Math.abs(y - (size - 7)) <= 2;
    return isFinder || isAlignment || x === 6 || y === 6;
  };
  const modules: [number, number][] = [];
  let isUpward = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const y = isUpward ? size - 1 - step : step;
      for (const x of [right, right - 1]) if (!isReserved(x, y)) modules.push([x, y]);
    }
    isUpward = !isUpward;
  }
  return modules;
}
