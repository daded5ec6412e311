import { GraphError } from "@microsoft/microsoft-graph-client";
import type * as z from "zod";
import { AppError } from "../../errors.ts";

/** What Graph answered, if it has the shape that is needed. Throws `upstream-invalid`. */
export function usable<T>(schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw unusable(result.error);
}

export const unusable = (cause?: unknown) =>
  new AppError("upstream-invalid", "Microsoft Graph gave an answer that cannot be used.", { cause });

/** Takes `instead` where Graph answered with one of these statuses; every other error stays one. `error` is translated. */
export function insteadOf<T>(statuses: readonly number[], instead: T) {
  return (error: unknown): T => {
    const cause = error instanceof AppError ? error.cause : undefined;
    if (cause instanceof GraphError && statuses.includes(cause.statusCode)) return instead;
    throw error;
  };
}
