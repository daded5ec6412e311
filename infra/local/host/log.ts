import type { LogLevel } from "./core-api.ts";

export type LogRecord = { level: LogLevel; message: string; functionName?: string };
export type Log = (record: LogRecord) => void;

const QUIET: LogLevel[] = ["trace", "debug", "none"];

/** Writes each record as one line: time, level, function, message. Trace and debug only when `isVerbose`. */
export function lineLog(write: (line: string) => void, isVerbose: boolean): Log {
  return ({ level, functionName, message }) => {
    if (!isVerbose && QUIET.includes(level)) return;
    const text = message.trim().replaceAll(/\s*\n\s*/g, " ↵ ");
    write(`${new Date().toISOString()} ${level} ${functionName ?? "host"}: ${text}\n`);
  };
}

/** An error as log text: its stack, and the causes' messages. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack ?? error.message;
  return error.cause === undefined ? text : `${text}\ncaused by: ${describeError(error.cause)}`;
}
