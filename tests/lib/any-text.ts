import * as fc from "fast-check";

const SURROGATES = 0xe000 - 0xd800;
/** Every code point that is a character of its own: all but the halves of surrogate pairs. */
const codePoint = fc
  .integer({ min: 0, max: 0x10ffff - SURROGATES })
  .map((index) => String.fromCodePoint(index < 0xd800 ? index : index + SURROGATES));

/** Well-formed text of any language and of none. fast-check's own takes a second to prepare, in every file anew. */
export const anyText = (limits: { minLength?: number; maxLength?: number } = {}) =>
  fc.string({ unit: codePoint, ...limits });
