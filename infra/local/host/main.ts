import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Host, startHost } from "./host.ts";
import { describeError, lineLog } from "./log.ts";

/**
 * The functions host as a process:
 * `node infra/local/host/main.ts --app DIR --port N [--data DIR] [--keys FILE] [--verbose]`.
 * The environment holds the app settings. A parent with an IPC channel is told `{ready, url, functions}`.
 */
async function main() {
  const { values } = parseArgs({
    options: {
      app: { type: "string" },
      port: { type: "string", default: "7071" },
      data: { type: "string" },
      keys: { type: "string" },
      verbose: { type: "boolean", default: false },
    },
  });
  if (!values.app) throw new Error("Say which app to run: --app DIR");
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${values.port} is not a port.`);

  const host = await startHost({
    appDirectory: resolve(values.app),
    port,
    log: lineLog((line) => process.stdout.write(line), values.verbose),
    dataDirectory: values.data && resolve(values.data),
    keysFile: values.keys && resolve(values.keys),
  });
  stopOnSignals(host);
  const functions = host.functions.length;
  process.stdout.write(`Functions host listening on ${host.url}, ${functions} functions\n`);
  process.send?.({ ready: true, url: host.url, functions });
}

/** SIGTERM, SIGINT or the end of the parent: finish what is running, then go. A second signal goes at once. */
function stopOnSignals(host: Host) {
  let isStopping = false;
  const stop = async () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    await host.close();
    process.exit(0);
  };
  const begin = () => {
    stop().catch(fail);
  };
  process.on("SIGTERM", begin);
  process.on("SIGINT", begin);
  process.on("disconnect", begin);
}

function fail(error: unknown) {
  const { code, port } = error as { code?: string; port?: number };
  const text = code === "EADDRINUSE" ? `Port ${port} is in use; choose another with --port.` : describeError(error);
  process.stderr.write(`Functions host: ${text}\n`);
  process.exit(1);
}

main().catch(fail);
