import { createRequire } from "node:module";
import { injectCore } from "../../infra/local/host/core.ts";
import { loadEntryPoint } from "../../infra/local/host/entry-point.ts";

/** What one function is triggered by, as the Functions host is told. */
export type Registered = { name: string; trigger: Record<string, unknown> };

/** What a build of the app registers, and the OpenAPI document it serves. */
export type Built = { main: string; functions: Registered[]; openapi: string };

/**
 * Run in a process of its own, because one process takes one app: `node registered.ts DIR` loads the app that is built in
 * DIR by the `main` of its package.json, with a recording `@azure/functions-core`, and writes `Built` as JSON.
 */
async function record(directory: string): Promise<Built> {
  const core = injectCore(() => undefined);
  const main = await loadEntryPoint(directory);
  const functions = [...core.functions.values()].map(({ metadata: { name, bindings } }) => ({
    name,
    trigger: Object.values(bindings).find(({ type }) => type.endsWith("Trigger")) ?? {},
  }));
  const library = createRequire(import.meta.url)("@azure/functions") as typeof import("@azure/functions");
  const request = new library.HttpRequest({ method: "GET", url: "https://help.example/api/openapi.json" });
  const answer = await core.functions.get("openapi")?.callback(request, new library.InvocationContext());
  return { main, functions, openapi: JSON.stringify((answer as { jsonBody: unknown }).jsonBody) };
}

process.stdout.write(JSON.stringify(await record(process.argv[2] ?? ".")));
