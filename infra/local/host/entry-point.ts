import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Loads what `main` of the app's package.json names: a file, or a glob such as `dist/{index.js,functions/*.js}`.
 * As in Azure, one file that throws fails the start, also when it has registered functions before.
 */
export async function loadEntryPoint(appDirectory: string): Promise<string> {
  const main = readMain(join(appDirectory, "package.json"));
  const files = globSync(main, { cwd: appDirectory }).sort();
  if (files.length === 0) throw new Error(`"main" of the app's package.json is "${main}", and no file matches it.`);
  for (const file of files) await loadFile(appDirectory, file);
  return main;
}

async function loadFile(appDirectory: string, file: string) {
  try {
    await import(pathToFileURL(join(appDirectory, file)).href);
  } catch (cause) {
    throw new Error(`The entry point ${file} of the app in ${appDirectory} failed.`, { cause });
  }
}

function readMain(packageFile: string): string {
  let main: unknown;
  try {
    main = (JSON.parse(readFileSync(packageFile, "utf8")) as { main?: unknown }).main;
  } catch (cause) {
    throw new Error(`Cannot read ${packageFile}.`, { cause });
  }
  if (typeof main !== "string" || main === "") throw new Error(`${packageFile} has no "main".`);
  return main.replace(/^\.\//, "");
}
