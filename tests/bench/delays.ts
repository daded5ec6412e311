import type { Surroundings } from "../../infra/local/surroundings.ts";

/** Lets everything that the product asks take so long before it is looked at; 0 takes the delay away. */
export function delayEverything({ entra, graph, teamviewer, vault, identity, storage }: Surroundings, delayMs: number) {
  storage.journal.delayMs = delayMs;
  for (const standIn of [entra, graph, teamviewer, vault, identity]) {
    standIn.clearFaults();
    if (delayMs > 0) standIn.addFault({ times: 0, delayMs });
  }
}
