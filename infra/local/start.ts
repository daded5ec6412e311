import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { tableOf } from "./addresses.ts";
import { defaultDataDirectory, startProduct } from "./product.ts";

const HELP = `npm start -- [options]
  --port N     the functions host's port (7071); everything else takes the eight ports after it
  --data DIR   keep state there (infra/local/.data)
  --fresh      forget what is kept
  --watch      build and restart when functions/, lib/ or portal/ change
  --verbose    log every invocation
`;

/** Brings the whole product up and, on Ctrl-C, down. */
async function main() {
  const startedMs = performance.now();
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "7071" },
      data: { type: "string", default: defaultDataDirectory },
      fresh: { type: "boolean", default: false },
      watch: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_500) throw new Error(`--port ${values.port} is not a port.`);
  const dataDirectory = resolve(values.data);

  const product = await startProduct({
    port,
    dataDirectory,
    isFresh: values.fresh,
    isWatching: values.watch,
    isVerbose: values.verbose,
  });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const table = tableOf(product.addresses, product.functions);
  process.stdout.write(
    `\n${table}\nReady after ${seconds} s. State and addresses.json: ${dataDirectory}\nCtrl-C ends everything.\n`,
  );

  let isStopping = false;
  const stop = () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    product.stop().then(() => process.exit(0), fail);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

/** One line for what people can mend themselves. */
function fail(error: unknown) {
  const { code, port } = error as { code?: string; port?: number };
  const text = error instanceof Error ? error.message : String(error);
  const line = code === "EADDRINUSE" ? `Port ${port} is in use. Choose others with: npm start -- --port N` : text;
  process.stderr.write(`Cannot start: ${line}\n`);
  process.exit(1);
}

main().catch(fail);
