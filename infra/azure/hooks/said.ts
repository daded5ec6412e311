/** What the environment (azd hands over its outputs and settings) says about `name`; a message that names it when it is missing. */
export function said(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`${name} is not set. azd sets it for its hooks; by hand: ${name}=… before the command.`);
}

/** How long to wait before asking again, unless the environment says otherwise. */
export const pauseSeconds = (usual: number): number => Number(process.env.PAUSE_SECONDS || usual);

/** Prints one line. */
export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Runs a command line tool; what goes wrong is one message and exit code 1, never a stack. */
export async function tell(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
