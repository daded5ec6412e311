import { setImmediate as otherWork } from "node:timers/promises";

/** What nearly every request needs, in the order of need. */
const sdks = [
  () => import("jose"),
  () => import("node-fetch"),
  () => import("@azure/data-tables"),
  () => import("@azure/identity"),
  () => import("@azure/keyvault-secrets"),
  () => import("@azure/storage-queue"),
];

/**
 * Loads what requests will need before they need it, one SDK at a time: a request that comes meanwhile has its turn in
 * between. What cannot be loaded says so when it is needed.
 */
export async function warmUp(): Promise<void> {
  for (const load of sdks) {
    await load().catch(() => undefined);
    await otherWork();
  }
}
