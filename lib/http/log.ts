import type { InvocationContext } from "@azure/functions";
import { AppError } from "../errors.ts";

/** What a log line may hold: codes, ids and counts, never a name, link, token or text from outside. */
export type LogFields = {
  event: "refused" | "failed" | "malformed-message" | "sessions-not-followed";
  code?: string;
  cause?: string;
  sessionId?: string;
  count?: number;
};

/** Writes one JSON line through the invocation, so that the host joins it to the request. */
export function log(context: InvocationContext, level: "warn" | "error", fields: LogFields): void {
  context[level](JSON.stringify({ ...fields, correlationId: context.invocationId }));
}

/** Logs a failure by its code and the kinds of its causes, and answers it as an AppError: a bug becomes `internal-error`. */
export function logFailure(error: unknown, context: InvocationContext): AppError {
  if (error instanceof AppError) {
    const isOurs = ["upstream-unavailable", "upstream-invalid", "upstream-timeout", "internal-error"].includes(
      error.code,
    );
    log(context, isOurs ? "error" : "warn", { event: "refused", code: error.code, ...causeOf(error.cause) });
    return error;
  }
  log(context, "error", { event: "failed", code: "internal-error", ...causeOf(error) });
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
