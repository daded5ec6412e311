import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Files = ReadonlyMap<string, Uint8Array | string>;

/**
 * Writes `files` into `directory`, the last one last. Each appears whole, and one that stands there with the same bytes is
 * left alone: a process that runs from here goes on.
 */
export function writeFiles(directory: string, files: Files): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, contents] of files) {
    const path = join(directory, name);
    const bytes = Buffer.from(contents);
    if (bytesOf(path)?.equals(bytes)) continue;
    const own = join(directory, `.${name}.${process.pid}`);
    writeFileSync(own, bytes);
    renameSync(own, path);
  }
}

/** Removes what older builds left in `directory`; what another build is writing right now starts with a dot. */
export function removeOthers(directory: string, files: Files): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const isOld = entry.isFile() && !entry.name.startsWith(".") && !files.has(entry.name);
    if (isOld) rmSync(join(directory, entry.name), { force: true });
  }
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    // Not there yet.
    return undefined;
  }
}
