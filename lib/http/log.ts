import type { InvocationContext } from "@azure/functions";
import { AppError } from "../errors.ts";
import type { LogLine } from "./log-line.ts";

/** What more is known of an invocation: the request that its message stems from, the code it failed with, whether it is over. */
const noted = new WeakMap<InvocationContext, { correlationId?: string; code?: string; isOver?: true }>();

/** From here on the lines of this invocation carry `correlationId`: that of the request which a queue message stems from. */
export function correlate(context: InvocationContext, correlationId: string | undefined): void {
  if (correlationId !== undefined) noted.set(context, { ...noted.get(context), correlationId });
}

/** What joins log, queue messages and audit: the id of the invocation that it began with. */
export const correlationIdOf = (context: InvocationContext): string =>
  noted.get(context)?.correlationId ?? context.invocationId;

/** The code of the failure that was logged last, if any. */
export const failureCodeOf = (context: InvocationContext): string | undefined => noted.get(context)?.code;

/** From here on the host takes no more lines of this invocation: what its work still tells goes to the console. */
export function endLog(context: InvocationContext): void {
  noted.set(context, { ...noted.get(context), isOver: true });
}

/** Writes one JSON line through the invocation, so that the host joins it to the request. */
export function log(context: InvocationContext, level: "info" | "warn" | "error", line: LogLine): void {
  // What the audit was given keeps its own: a timer writes what requests still owe.
  const correlationId = "correlationId" in line ? line.correlationId : correlationIdOf(context);
  const writer = noted.get(context)?.isOver ? console : context;
  writer[level](JSON.stringify({ ...line, correlationId }));
}

/** Logs a failure by its code and the kinds of its causes, and answers it as an AppError: a bug becomes `internal-error`. */
export function logFailure(error: unknown, context: InvocationContext): AppError {
  const code = error instanceof AppError ? error.code : "internal-error";
  noted.set(context, { ...noted.get(context), code });
  if (error instanceof AppError) {
    const isOurs = ["upstream-unavailable", "upstream-invalid", "upstream-timeout", "internal-error"].includes(
      error.code,
    );
    log(context, isOurs ? "error" : "warn", { event: "refused", code, ...causeOf(error.cause) });
    return error;
  }
  log(context, "error", { event: "failed", code, ...causeOf(error) });
  const text = "Something went wrong here. It was logged; give the instance id to whoever runs this connector.";
  return new AppError("internal-error", text, { cause: error });
}

/** How Node, Azure and Graph write their codes. Graph's client takes what a service says for one, so others stay out. */
const CODE = /^(?:[A-Z][A-Z0-9_]{2,39}|[A-Z][A-Za-z]{2,49})$/;

/** The kind of an error and where in our code it came from; its message may hold anything, so it stays out. */
function causeOf(error: unknown): { cause?: string } {
  if (!(error instanceof Error)) return error === undefined ? {} : { cause: typeof error };
  const code = "code" in error && typeof error.code === "string" && CODE.test(error.code) ? ` ${error.code}` : "";
  const status = "statusCode" in error && typeof error.statusCode === "number" ? ` ${error.statusCode}` : "";
  const place = /at (?:async )?([\w.]+) /.exec(
    error.stack
      ?.replace(error.message, "")
      .split("\n")
      .find((line) => line.trim().startsWith("at ")) ?? "",
  )?.[1];
  return { cause: `${error.name}${code}${status}${place ? ` at ${place}` : ""}`.slice(0, 200) };
}
