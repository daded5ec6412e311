import type { TimerHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";

/** Each minute: what is still owed is done, sessions are brought up to date, connections out of use are forgotten. */
export const followSessions =
  (app: () => App): TimerHandler =>
  async () => {
    const { sessions, connector } = app();
    await connector.forgetUnused();
    await sessions.follow();
  };
