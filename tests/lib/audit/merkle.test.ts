import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { merkleRoot } from "../../../lib/audit/merkle.ts";

const sha256 = (...parts: (Buffer | string)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

/** RFC 6962 section 2.1 to the letter: split at the largest power of two below the number of leaves. */
function treeHash(leaves: readonly string[]): Buffer {
  if (leaves.length === 0) return sha256();
  const [only = ""] = leaves;
  if (leaves.length === 1) return sha256(Buffer.of(0), only);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.of(1), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

describe("The root over leaves", () => {
  test("is the tree hash of RFC 6962, for any number of leaves", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 70 }), (leaves) => {
        expect(merkleRoot(leaves)).toBe(treeHash(leaves).toString("base64url"));
      }),
    );
  });

  test("is the published one for the empty tree and for one empty leaf", () => {
    const hex = (leaves: string[]) => Buffer.from(merkleRoot(leaves), "base64url").toString("hex");
    // The test vectors of github.com/transparency-dev/merkle, rfc6962/rfc6962_test.go.
    expect(hex([])).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(hex([""])).toBe("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  });

  test("is another one when a leaf is changed, dropped or put elsewhere", () => {
    const several = fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(several, fc.nat(), fc.nat(), (leaves, from, to) => {
        const [first, second] = [from % leaves.length, to % leaves.length];
        const dropped = leaves.toSpliced(first, 1);
        const changed = leaves.with(first, `${leaves[first]}x`);
        const others = [dropped, ...(leaves.includes(`${leaves[first]}x`) ? [] : [changed])];
        if (first !== second) others.push(dropped.toSpliced(second, 0, leaves[first] ?? ""));
        for (const other of others) expect(merkleRoot(other)).not.toBe(merkleRoot(leaves));
      }),
    );
  });

  test("tells leaves from nodes: two leaves are not the leaf of what stands above them", () => {
    const above = Buffer.concat([sha256(Buffer.of(0), "a"), sha256(Buffer.of(0), "b")]).toString("latin1");
    expect(merkleRoot([above])).not.toBe(merkleRoot(["a", "b"]));
  });
});
