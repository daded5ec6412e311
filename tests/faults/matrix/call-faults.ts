import type { TestApp } from "../../app.ts";
import type { StorageProxy } from "../../storage-proxy.ts";
import { type CallSite, patternOf } from "./call-sites.ts";

const RETRY_AFTER = { "retry-after": "1" };
const ALL = 0;

/** What can go wrong with a call. Those with `times` 0 last until the process has done what it was to do, the others strike once. */
export const callFaults = {
  "500": { behaviour: 500, times: ALL, headers: {}, body: "{}" },
  "503 with Retry-After": { behaviour: 503, times: ALL, headers: RETRY_AFTER, body: "{}" },
  "429": { behaviour: 429, times: 1, headers: RETRY_AFTER, body: "{}" },
  "403": { behaviour: 403, times: ALL, headers: {}, body: "{}" },
  "no JSON": { behaviour: 200, times: 1, headers: {}, body: '{"unfinished": [' },
  "cut before": { behaviour: "reset", times: ALL, headers: {}, body: "" },
  "cut after": { behaviour: "reset-after", times: 1, headers: {}, body: "" },
  "no answer": { behaviour: "hang", times: 1, headers: {}, body: "" },
} as const;

export type FaultName = keyof typeof callFaults;
export const faultNames = Object.keys(callFaults) as FaultName[];

/** Lets the call at `site` go wrong, in every process that comes by. */
export function arm(product: TestApp, proxy: StorageProxy, site: CallSite, name: FaultName): void {
  const { behaviour, times, headers: more, body } = callFaults[name];
  const headers = { "content-type": "application/json", ...more };
  const skip = site.number - 1;
  const pattern = patternOf(site.asks);
  if (site.service === "storage") {
    const [method = "", path = ""] = pattern.split(" ");
    const about = new RegExp(`${method} /devstoreaccount1${path}(?:\\?| |$)`);
    proxy.fail({ about, behaviour, times, skip, headers, body });
    return;
  }
  const [method = "", path = ""] = site.asks.split(" ");
  const about = { method, path: `${patternOf(path)}$`, skip, times };
  const answer = typeof behaviour === "number" ? { status: behaviour, headers, body } : { behaviour };
  product.around[site.service].addFault({ ...about, ...answer });
}
