import type { TimerHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { allOf } from "./all-of.ts";

/** Each hour: the token set is refreshed before half its life is over, and what is past its retention is deleted. */
export const keepConnected =
  (app: () => App): TimerHandler =>
  async () => {
    const { connector, sessions, audit, webhooks, inbound } = app();
    await allOf([connector.keepFresh, sessions.retain, audit.forgetPeople, webhooks.upkeep, inbound.upkeep]);
  };
