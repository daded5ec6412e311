import { randomBytes, timingSafeEqual } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { dirname } from "node:path";

export type AuthLevel = "anonymous" | "function" | "admin";

/** The access keys of one run: `functions` by lower-case function name. */
export type Keys = { master: string; host: string; functions: Record<string, string> };

/** New random keys for the functions named. */
export function makeKeys(functionNames: string[]): Keys {
  const functions = Object.fromEntries(functionNames.map((name) => [name.toLowerCase(), newKey()]));
  return { master: newKey(), host: newKey(), functions };
}

/** Writes the keys as JSON, readable by the owner only. */
export function writeKeys(file: string, keys: Keys) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
}

/** The key a request presents; the header wins over `?code=`, as in the host's AuthenticationLevelHandler. */
export function presentedKey(headers: IncomingHttpHeaders, query: URLSearchParams): string | undefined {
  return headers["x-functions-key"]?.toString() || query.get("code") || undefined;
}

/** Whether `key` opens a function of that level: the master key opens all, host and function keys the level `function`. */
export function isAllowed(keys: Keys, level: AuthLevel, functionName: string, key: string | undefined): boolean {
  if (level === "anonymous") return true;
  if (!key) return false;
  const accepted = [keys.master];
  if (level === "function") accepted.push(keys.host, keys.functions[functionName.toLowerCase()] ?? keys.host);
  return accepted.some((each) => isSame(each, key));
}

function isSame(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function newKey(): string {
  return randomBytes(32).toString("base64url");
}
