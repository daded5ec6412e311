import { randomBytes, randomUUID } from "node:crypto";
import type { Core, RegisteredFunction } from "./core.ts";
import type { CoreInvocationContext, FunctionCallback, InvocationResponse, TypedData } from "./core-api.ts";
import { describeError } from "./log.ts";

export type Invocation = {
  trigger: TypedData;
  triggerMetadata?: Record<string, TypedData>;
  traceParent?: string | undefined;
};

/** Runs a function once; throws what the function, a hook or an output binding throws, after logging it. */
export type Invoke = (registered: RegisteredFunction, invocation: Invocation) => Promise<InvocationResponse>;

type WriteOutputs = (registered: RegisteredFunction, response: InvocationResponse) => Promise<void>;

/** The invocation path of the Node.js worker (azure-functions-nodejs-worker, InvocationHandler.ts), counted for the drain. */
export function createInvoker(core: Core, writeOutputs: WriteOutputs) {
  const running = new Set<Promise<unknown>>();

  const invoke: Invoke = (registered, invocation) => {
    const started = run(core, writeOutputs, registered, invocation);
    running.add(started);
    const forget = () => running.delete(started);
    started.then(forget, forget);
    return started;
  };

  return {
    invoke,
    drained: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

async function run(core: Core, writeOutputs: WriteOutputs, registered: RegisteredFunction, invocation: Invocation) {
  const { metadata } = registered;
  const invocationId = randomUUID();
  const startedAt = performance.now();
  const tell = (level: "debug" | "error", text: string) => core.writeLog(level, "system", text, metadata.name);
  try {
    const response = await callThroughHooks(core, registered, invocationId, invocation);
    await writeOutputs(registered, response);
    tell("debug", `succeeded in ${Math.round(performance.now() - startedAt)} ms (${invocationId})`);
    return response;
  } catch (error) {
    tell(
      "error",
      `failed after ${Math.round(performance.now() - startedAt)} ms (${invocationId}): ${describeError(error)}`,
    );
    throw error;
  }
}

async function callThroughHooks(
  core: Core,
  { metadata, callback }: RegisteredFunction,
  invocationId: string,
  { trigger, triggerMetadata = {}, traceParent }: Invocation,
) {
  let invocationContext: unknown;
  const coreContext: CoreInvocationContext = {
    invocationId,
    metadata,
    request: {
      invocationId,
      inputData: [{ name: triggerName(metadata.bindings), data: trigger }],
      triggerMetadata,
      traceContext: { traceParent: traceParent ?? newTraceParent(), traceState: "" },
    },
    state: undefined,
    log: (level, category, message) => core.writeLog(level, category, message, metadata.name, invocationContext),
  };
  const model = core.programmingModel().getInvocationModel(coreContext);
  const { context, inputs } = await model.getArguments();
  invocationContext = context;

  const shared = { hookData: {}, appHookData: core.appHookData, invocationContext };
  const before = { ...shared, inputs, functionCallback: callback as FunctionCallback };
  coreContext.state = "preInvocationHooks";
  await core.runHooks("preInvocation", before);

  const after: Record<string, unknown> = { ...shared, inputs: before.inputs, result: null, error: null };
  coreContext.state = "invocation";
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }

  coreContext.state = "postInvocationHooks";
  await core.runHooks("postInvocation", after);
  coreContext.state = undefined;
  if (after.error !== null && after.error !== undefined) throw after.error;
  return model.getResponse(context, after.result);
}

function triggerName(bindings: RegisteredFunction["metadata"]["bindings"]): string {
  const [name] = Object.entries(bindings).find(([, { type }]) => /trigger$/i.test(type)) ?? [];
  if (!name) throw new Error("The function has no trigger.");
  return name;
}

/** A new trace, as the host starts one for each invocation (W3C Trace Context). */
function newTraceParent(): string {
  return `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-00`;
}
