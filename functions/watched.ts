import type { HttpResponseInit, InvocationContext } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { endLog, failureCodeOf, log } from "../lib/http/log.ts";

type Handler<Trigger, Answer> = (trigger: Trigger, context: InvocationContext) => Answer | Promise<Answer>;

/**
 * Runs a function and logs how it ended, how long it took and what it asked of services. `isRead`: it changes nothing, and is
 * a line only when it fails, as pages ask again and again, and the host counts each among its requests.
 */
export function watched<Trigger, Answer>(
  handler: (app: () => App) => Handler<Trigger, Answer>,
  { isRead = false }: { isRead?: boolean } = {},
) {
  return (app: () => App): ((trigger: Trigger, context: InvocationContext) => Promise<Answer>) =>
    async (trigger, context) => {
      const watch = app().watch((level, line) => log(context, level, line));
      let outcome: "success" | "refused" | "failed" = "failed";
      try {
        const answer = await watch.run(() => handler(app)(trigger, context));
        outcome = outcomeOf(answer);
        return answer;
      } finally {
        const spent = watch.end();
        const isWell = outcome === "success";
        const code = isWell ? undefined : failureCodeOf(context);
        if (!isRead || outcome === "failed")
          log(context, isWell ? "info" : "warn", {
            event: "invocation",
            function: context.functionName,
            outcome,
            ...(code ? { code } : {}),
            ...spent,
          });
        endLog(context);
      }
    };
}

/** Queue messages and timers answer nothing, and end well unless they throw. */
function outcomeOf(answer: unknown): "success" | "refused" | "failed" {
  const { status = 200 } = (answer ?? {}) as Pick<HttpResponseInit, "status">;
  if (status < 400) return "success";
  return status < 500 ? "refused" : "failed";
}
