/** Numbers that look random and are the same for the same `seed` in every run, on every machine. */
export type Seeded = {
  below: (limit: number) => number;
  pick: <T>(choices: readonly T[]) => T;
  hex: (length: number) => string;
  guid: () => string;
};

const { imul } = Math;

/** FNV-1a turns the text into a start value, mulberry32 goes on from there. Seeding by name keeps every other device as it was when one is added. */
export function seeded(seed: string): Seeded {
  let state = fnv1a(seed);

  const bits = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number) => Math.floor((bits() / 2 ** 32) * limit);
  const pick = <T>(choices: readonly T[]): T => {
    const choice = choices[below(choices.length)];
    if (choice === undefined) throw new Error("nothing to pick from");
    return choice;
  };
  const hex = (length: number): string => {
    let digits = "";
    while (digits.length < length) digits += bits().toString(16).padStart(8, "0");
    return digits.slice(0, length);
  };
  const guid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-${pick(["8", "9", "a", "b"])}${hex(3)}-${hex(12)}`;
  return { below, pick, hex, guid };
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, "utf8")) hash = imul(hash ^ byte, 0x01000193);
  return hash;
}
