import { app } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { readSettings } from "../lib/settings.ts";
import { register, registerPreflight } from "./register.ts";

// Registrations come first: an entry point that throws before its first one reaches the host as "no functions found",
// after one as the message itself. No function runs before this file has ended.
register(app, () => connector);

const settings = readSettings(process.env);
if (settings.allowedOrigins.length > 0) registerPreflight(app, () => connector);

// The host needs no more than that to go on (docs/decisions/0030).
const connector = putTogether();

async function putTogether(): Promise<App> {
  await new Promise((thisFileHasEnded) => setImmediate(thisFileHasEnded));
  const { createApp, warmUp } = await import("../lib/app.ts");
  setImmediate(warmUp);
  return createApp(settings);
}
