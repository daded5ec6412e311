import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { calculateJwkThumbprint } from "jose";
import {
  rootOf,
  type Seal,
  sealHash,
  sealLineSchema,
  sealSchema,
  signedText,
  thumbprintOf,
} from "../../../lib/audit/seal.ts";
import { endOf, makeSigner, sealLine } from "./a-seal.ts";
import { idAt, minute } from "./an-audit.ts";

const HASH = "a".repeat(43);
const signer = makeSigner();
const leaf = { id: idAt(minute(1)), hash: HASH };
const first = signer.seal(undefined, { leaves: [leaf] });
const second = signer.seal(first);

const isSeal = (change: Record<string, unknown>) => sealSchema.safeParse({ ...second, ...change }).success;
const isLine = (line: unknown) => sealLineSchema.safeParse(line).success;
const sha256 = (...parts: (string | Buffer)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

describe("A seal", () => {
  test("can be the first, and follow another", () => {
    expect([sealSchema.parse(first), sealSchema.parse(second)]).toEqual([first, second]);
  });

  test.each([
    { v: 2 },
    { sequence: 0 },
    { sequence: 1.5 },
    { at: "now" },
    { from: "" },
    { to: 0 },
    { keptFrom: null },
    { leaves: [{ ...leaf, id: "x" }] },
    { leaves: [{ ...leaf, id: `${leaf.id}0` }] },
    { leaves: [{ ...leaf, hash: "" }] },
    { leaves: [{ ...leaf, more: 1 }] },
    { leaves: [{ id: leaf.id }] },
    { merkleRoot: "" },
    { merkleRoot: `${HASH}a` },
    { merkleRoot: `${HASH.slice(1)}.` },
    { previous: "x" },
    { previous: `${HASH}\n` },
    { key: 1 },
    { signature: undefined },
    { note: "more" },
  ])("is not one with %j", (change) => {
    expect(isSeal(change)).toBe(false);
  });

  test("is signed as the list of all it says, its leaves by their number and root", () => {
    const { v, sequence, at, from, to, keptFrom, merkleRoot, previous, key } = first;
    expect(JSON.parse(signedText(first))).toEqual([v, sequence, at, from, to, keptFrom, 1, merkleRoot, previous, key]);
  });

  test("is named by the next one by a hash over what was signed and its signature", () => {
    const other: Seal = { ...first, signature: `${first.signature.slice(1)}A` };
    expect(sealHash(first)).toBe(sha256(`${signedText(first)}.${first.signature}`).toString("base64url"));
    expect(sealHash(other)).not.toBe(sealHash(first));
  });

  test("has a root over its leaves, each its id and hash", () => {
    const node = (at: { id: string; hash: string }) => sha256(Buffer.of(0), `${at.id} ${at.hash}`);
    const other = { ...leaf, hash: "b".repeat(43) };
    expect(rootOf([leaf, other])).toBe(sha256(Buffer.of(1), node(leaf), node(other)).toString("base64url"));
  });
});

test("a key's thumbprint is the one of RFC 7638, whatever else is said of the key", async () => {
  const { jwk } = signer.key;
  const turned = { y: jwk.y, x: jwk.x, crv: jwk.crv, kty: jwk.kty };
  expect(thumbprintOf(turned)).toBe(await calculateJwkThumbprint(jwk));
});

describe("A line of the export", () => {
  const person = { kind: "person", id: "ada", salt: HASH };
  const end = endOf([first], minute(90));
  const { key } = signer;

  test.each([[key], [person], [sealLine(first)], [{ kind: "waiting", id: leaf.id }], [end]])("is known: %j", (line) => {
    expect(sealLineSchema.parse(line)).toEqual(line);
  });

  test.each([
    { ...key, jwk: { ...key.jwk, d: HASH } },
    { ...key, jwk: { ...key.jwk, kty: "RSA" } },
    { ...key, jwk: { ...key.jwk, crv: "P-384" } },
    { ...key, jwk: { ...key.jwk, x: "" } },
    { ...key, jwk: { ...key.jwk, y: undefined } },
    { ...key, jwk: undefined },
    { ...key, id: undefined },
    { ...key, more: 1 },
    { ...person, salt: "short" },
    { ...person, id: undefined },
    { ...person, more: 1 },
    { ...sealLine(first), more: 1 },
    { ...sealLine(first), kind: "" },
    { kind: "waiting" },
    { kind: "waiting", id: "x", more: 1 },
    { ...end, until: "later" },
    { ...end, sequence: 0.5 },
    { ...end, hash: undefined },
    { ...end, more: 1 },
    {},
    first,
  ])("is none: %j", (line) => {
    expect(isLine(line)).toBe(false);
  });
});
