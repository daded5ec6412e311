import { app } from "@azure/functions";
import { createApp, warmUp } from "../lib/app.ts";
import { readSettings } from "../lib/settings.ts";
import { register, registerPreflight } from "./register.ts";

// Registrations come first: an entry point that throws before its first one reaches the host as "no functions found",
// after one as the message itself. No function runs before this file has ended.
register(app, () => connector);

const connector = createApp(readSettings(process.env));

if (connector.allowedOrigins.length > 0) registerPreflight(app, () => connector);

// SDKs load after the start, which need not wait for them, and before the first request, which would.
setImmediate(warmUp);
