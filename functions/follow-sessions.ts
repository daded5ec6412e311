import type { TimerHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { log } from "../lib/http/log.ts";
import { allOf } from "./all-of.ts";

/** Each minute: what is still owed is done, sessions are brought up to date, connections out of use are forgotten, how the connection is is logged. */
export const followSessions =
  (app: () => App): TimerHandler =>
  async (_timer, context) => {
    const { sessions, connector, webhooks } = app();
    await allOf([
      webhooks.refresh,
      connector.settleOwed,
      connector.saveTokens,
      connector.forgetUnused,
      connector.forgetConsents,
      sessions.follow,
      sessions.readReports,
      async () => log(context, "info", { event: "connection", ...(await connector.age()) }),
    ]);
  };
