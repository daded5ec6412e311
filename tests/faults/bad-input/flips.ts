import fc from "fast-check";

/** Other texts than `real` that look like it: bits of its base64url parts turned, characters changed, cut, added, swapped. */
export function flipsOf(real: string): fc.Arbitrary<string> {
  const parts = real.split(".");
  const bit = fc.tuple(fc.nat(parts.length - 1), fc.nat(), fc.nat(7)).map(([part, at, turn]) => {
    const bytes = Buffer.from(parts[part] ?? "", "base64url");
    if (bytes.length === 0) return `${real}A`;
    const index = at % bytes.length;
    bytes[index] = (bytes[index] ?? 0) ^ (1 << turn);
    return parts.with(part, bytes.toString("base64url")).join(".");
  });
  const position = fc.nat(real.length - 1);
  const character = fc.constantFrom(..."ABCXYZabcxyz0189-_.~%+=' ");
  const changed = fc.tuple(position, character).map(([at, other]) => real.slice(0, at) + other + real.slice(at + 1));
  const cut = position.map((at) => real.slice(0, at));
  const added = fc.tuple(position, character).map(([at, other]) => real.slice(0, at) + other + real.slice(at));
  const swapped = fc.tuple(position, position).map(([a, b]) => {
    const characters = [...real];
    [characters[a], characters[b]] = [characters[b] ?? "", characters[a] ?? ""];
    return characters.join("");
  });
  const foreign = fc
    .uint8Array({ minLength: 16, maxLength: 64 })
    .map((bytes) => Buffer.from(bytes).toString("base64url"));
  return fc
    .oneof({ weight: 5, arbitrary: bit }, changed, cut, added, swapped, foreign)
    .filter((text) => !isSame(text, real));
}

/** The same bytes, written another way (the last character of base64url has bits that say nothing), are no forgery. */
function isSame(text: string, real: string): boolean {
  const bytesOf = (value: string) => value.split(".").map((part) => Buffer.from(part, "base64url").toString("hex"));
  return JSON.stringify(bytesOf(text)) === JSON.stringify(bytesOf(real));
}
