import type { TimerHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { log } from "../lib/http/log.ts";
import { allOf } from "./all-of.ts";

/** Each minute: erasures that were begun are finished, then the audit of the minutes that are over is sealed, and the last seal's age logged. */
export const sealAudit =
  (app: () => App): TimerHandler =>
  async (_timer, context) => {
    const { audit } = app();
    const tellAge = async () => {
      const sealAgeMinutes = await audit.sealAge();
      if (sealAgeMinutes !== undefined) log(context, "info", { event: "seals", sealAgeMinutes });
    };
    await allOf([audit.finishErasures, audit.seal, tellAge]);
  };
