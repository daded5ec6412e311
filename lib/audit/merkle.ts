import { createHash } from "node:crypto";

// RFC 6962 section 2.1: one byte before what is hashed keeps leaves and nodes apart, so that neither passes for the other.
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

const sha256 = (...parts: (Buffer | string)[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The Merkle tree hash of RFC 6962 over `leaves` in their order, base64url. */
export function merkleRoot(leaves: readonly string[]): string {
  if (leaves.length === 0) return sha256().toString("base64url");
  // Level by level: pairs become nodes, a last one without a partner moves up. That is the RFC's tree, without recursion.
  let level: Buffer[] = leaves.map((leaf) => sha256(LEAF, leaf));
  while (level.length > 1) level = nextLevel(level);
  return level[0]?.toString("base64url") ?? "";
}

function nextLevel(level: readonly Buffer[]): Buffer[] {
  const next: Buffer[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const [left, right] = [level[index], level[index + 1]];
    if (left) next.push(right ? sha256(NODE, left, right) : left);
  }
  return next;
}
