/** What a file is kept in besides its plain bytes, the smallest first. */
export const encodings = ["br", "gzip"] as const;

export type Encoding = (typeof encodings)[number];

/** The encoding that a browser likes best of ours (RFC 9110 section 12.5.3); undefined: the plain bytes. */
export function chooseEncoding(acceptEncoding: string | null): Encoding | undefined {
  const wishes = new Map((acceptEncoding ?? "").slice(0, 500).toLowerCase().split(",").map(wishOf));
  const qualityOf = (name: string) => wishes.get(name) ?? wishes.get("*") ?? 0;
  const ranked = encodings
    .map((name) => ({ name, quality: qualityOf(name) }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  const best = ranked[0];
  if (!best) return undefined;
  const plain = wishes.get("identity");
  return plain !== undefined && plain > best.quality ? undefined : best.name;
}

/** One coding with its weight; a weight that cannot be read counts as a refusal. */
function wishOf(part: string): [name: string, quality: number] {
  const [name = "", ...parameters] = part.split(";").map((each) => each.trim());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter));
  if (weight === undefined) return [name, 1];
  const quality = /^q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.exec(weight)?.[1];
  return [name, Number(quality ?? 0)];
}
