import type { TimerHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { allOf } from "./all-of.ts";

/** Each minute: erasures that were begun are finished, then the audit of the minutes that are over is sealed. */
export const sealAudit =
  (app: () => App): TimerHandler =>
  async () => {
    const { audit } = app();
    await allOf([audit.finishErasures, audit.seal]);
  };
