import { AppError } from "../../errors.ts";

const KEY_BYTES = 32;
const BASE64 = /^[\w+/-]+={0,2}$/;

/** Reads the secret `state-key`; who was refused with a value names it, and it is read again. */
export type StateKey = (refused?: string) => Promise<string>;

/** The bytes of `state-key` (base64 of 32 random bytes). What is none is read again first: put right, it serves at once. */
export async function bytesOf(stateKey: StateKey): Promise<Buffer> {
  const text = await stateKey();
  const known = problemOf(text) ? await stateKey(text) : text;
  const problem = problemOf(known);
  if (!problem) return Buffer.from(known, "base64");
  throw new AppError(
    "upstream-unavailable",
    `The secret state-key is ${problem}. Set it to 32 random bytes in base64, as openssl rand -base64 32 prints them.`,
    { retryAfterSeconds: 60 },
  );
}

function problemOf(text: string): string | undefined {
  if (text !== "" && !BASE64.test(text)) return "not base64";
  return Buffer.from(text, "base64").length < KEY_BYTES ? "too short" : undefined;
}
