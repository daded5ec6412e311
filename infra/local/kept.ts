import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A stand-in's state: in memory, and in `file` when one is given so that it outlives a restart. */
export type Kept<T> = { value: T; save: () => void };

/** Reads `file` (JSON) or starts with `initial`; `save()` after each change writes it back whole. */
export function kept<T>(file: string | undefined, initial: () => T): Kept<T> {
  const state: Kept<T> = { value: read<T>(file) ?? initial(), save: () => {} };
  if (!file) return state;
  state.save = () => {
    mkdirSync(dirname(file), { recursive: true });
    // Keys, tokens and secrets, if only of a demo: for their owner.
    writeFileSync(`${file}.new`, JSON.stringify(state.value), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  return state;
}

function read<T>(file: string | undefined): T | undefined {
  if (!file) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`Cannot read ${file}; delete it or start with --fresh`, { cause: error });
  }
}
