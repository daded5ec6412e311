import type { Pace } from "../../lib/adapters/azure/lease.ts";
import { createApp } from "../../lib/app.ts";
import type { Seal } from "../../lib/connector/ports.ts";
import { readSettings } from "../../lib/settings.ts";
import { APP_URL, type AppProcess, processOf } from "../app-process.ts";
import { makeMemoryOutside } from "./outside.ts";
import { makeWorld, type Step, type World } from "./world.ts";

export type MemoryApp = ReturnType<typeof startMemoryApp>;

type About = { step?: Step; pace?: Pace; seal?: (world: World) => Seal };

const ENVIRONMENT = {
  TENANT_ID: "0f0e0d0c-0b0a-4908-8706-050403020100",
  API_CLIENT_ID: "a91c11e2-7d1a-4b6e-9c56-0d5f3a7b2e10",
  TEAMVIEWER_CLIENT_ID: "memory",
  KEY_VAULT_URL: "https://memory.vault.azure.net",
  AzureWebJobsStorage: "UseDevelopmentStorage=true",
  PUBLIC_URL: APP_URL,
  ORGANIZATION_NAME: "Contoso",
};

/** The product with everything around it in memory: up in a millisecond, nothing to stop. `step` is asked around each call that leaves. */
export function startMemoryApp({ step = (_label, work) => work(), pace, seal }: About = {}) {
  const world = makeWorld();
  const ownSeal = seal?.(world);
  const logs: string[] = [];
  const newProcess = (changed: Record<string, string> = {}): AppProcess => {
    const settings = readSettings({ ...ENVIRONMENT, ...changed });
    const outside = makeMemoryOutside({ world, step, pace, seal: ownSeal });
    return processOf(createApp(settings, world.now, outside), (line) => logs.push(line));
  };
  return { world, logs, newProcess };
}
