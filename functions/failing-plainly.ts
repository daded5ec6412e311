import type { InvocationContext } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { AppError } from "../lib/errors.ts";
import { logFailure } from "../lib/http/log.ts";

type Handler<Trigger> = (trigger: Trigger, context: InvocationContext) => unknown;

/**
 * For functions that answer nobody: the host writes what they throw, and message and causes may hold what a service said.
 * So each failure is logged by its kind, and the host gets an error in our own words, which makes it try again.
 */
export function failingPlainly<Trigger>(handler: (app: () => App) => Handler<Trigger>) {
  return (app: () => App): Handler<Trigger> =>
    async (trigger, context) => {
      try {
        await handler(app)(trigger, context);
      } catch (error) {
        const [first] = failuresIn(error).map((each) => logFailure(each, context));
        throw new AppError(first?.code ?? "internal-error", first?.message ?? "Something went wrong here.");
      }
    };
}

function failuresIn(error: unknown): unknown[] {
  if (!(error instanceof AggregateError) || error.errors.length === 0) return [error];
  return error.errors.flatMap(failuresIn);
}
