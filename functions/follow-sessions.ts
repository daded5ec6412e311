import type { TimerHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { allOf } from "./all-of.ts";

/** Each minute: what is still owed is done, sessions are brought up to date, connections out of use are forgotten. */
export const followSessions =
  (app: () => App): TimerHandler =>
  async () => {
    const { sessions, connector, webhooks } = app();
    await allOf([
      webhooks.refresh,
      connector.settleOwed,
      connector.saveTokens,
      connector.forgetUnused,
      connector.forgetConsents,
      sessions.follow,
      sessions.readReports,
    ]);
  };
