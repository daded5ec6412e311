import { execFile } from "node:child_process";

/** What went wrong in the Azure CLI, in its own words; no secret is ever on its command line. */
export class AzError extends Error {}

/** Runs the Azure CLI (or azd) and answers what it printed. */
export function az(args: readonly string[], command: "az" | "azd" = "az"): Promise<string> {
  const isWindows = process.platform === "win32";
  // There `az` is a command file, which only a shell runs; nothing given here holds a quote.
  const [file, given] = isWindows ? [`${command}.cmd`, args.map((text) => `"${text}"`)] : [command, [...args]];
  const program = isWindows && command === "azd" ? "azd.exe" : file;
  return new Promise((resolve, reject) => {
    execFile(program, given, { shell: isWindows, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const isMissing = error.code === "ENOENT";
      reject(
        new AzError(isMissing ? `${command} is not installed, or not on the PATH.` : stderr.trim() || error.message),
      );
    });
  });
}

/** Whether the Azure CLI was refused for want of a right. */
export const isForbidden = (error: unknown): error is AzError =>
  error instanceof AzError &&
  /forbidden|insufficient privileges|authorization_requestdenied|not authorized/i.test(error.message);

/** Whether a network rule stood in the way. */
export const isClosed = (error: unknown): error is AzError =>
  error instanceof AzError &&
  /forbiddenbyfirewall|forbiddenbyconnection|public network access is disabled/i.test(error.message);

/** Asks again while `isWorthIt` says so, as new rights and new objects take a while to be known everywhere. */
export async function again<T>(
  ask: () => Promise<T>,
  { tries, pauseSeconds, isWorthIt }: { tries: number; pauseSeconds: number; isWorthIt: (error: unknown) => boolean },
): Promise<T> {
  for (let left = tries; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (left <= 1 || !isWorthIt(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseSeconds * 1000));
    }
  }
}
