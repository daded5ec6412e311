import Module from "node:module";
import type {
  FunctionCallback,
  FunctionMetadata,
  Hook,
  HookName,
  LogCategory,
  LogLevel,
  ProgrammingModel,
} from "./core-api.ts";
import type { Log } from "./log.ts";

export type RegisteredFunction = { metadata: FunctionMetadata; callback: FunctionCallback };

/** What the app has registered, and the hooks to run around it. */
export type Core = ReturnType<typeof injectCore>;

const CORE_MODULE = "@azure/functions-core";
// The name rule of the Functions host (azure-functions-host, Utility.cs).
const FUNCTION_NAME = /^(?!host$)[a-z][a-z0-9_-]{0,127}$/i;

let isInjected = false;

/**
 * Gives `require("@azure/functions-core")` an answer, so that the app's real registrations arrive here. The library asks
 * with CommonJS `require` whatever the app is: CommonJS, an ES module or a bundle. It asks once per process.
 */
export function injectCore(log: Log) {
  if (isInjected)
    throw new Error("One functions app per process: its modules and the library keep process-wide state.");
  isInjected = true;

  const functions = new Map<string, RegisteredFunction>();
  const hooks = new Map<HookName, Set<Hook>>();
  const appHookData: Record<string, unknown> = {};
  let model: ProgrammingModel | undefined;
  let isStarted = false;

  const runHooks = async (name: HookName, context: Record<string, unknown>) => {
    for (const hook of hooks.get(name) ?? []) await hook(context);
  };

  /** Log hooks are synchronous and may change level and message. */
  const writeLog = (
    level: LogLevel,
    category: LogCategory,
    message: string,
    functionName?: string,
    invocationContext?: unknown,
  ) => {
    const record = { level, message, category, invocationContext, hookData: {}, appHookData };
    for (const hook of hooks.get("log") ?? []) hook(record);
    log({ level: record.level, message: record.message, ...(functionName && { functionName }) });
  };

  const coreModule = {
    version: "3.9.1",
    hostVersion: "4.1037.0",
    Disposable: CoreDisposable,
    setProgrammingModel: (chosen: ProgrammingModel) => {
      model = chosen;
    },
    getProgrammingModel: () => model,
    log: (level: LogLevel, category: LogCategory, message: string) => writeLog(level, category, message),
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) => {
      const { name } = metadata;
      if (isStarted) throw new Error(`Function "${name}" is registered after the app has started.`);
      if (!FUNCTION_NAME.test(name)) throw new Error(`"${name}" is not a valid function name.`);
      if (functions.has(name.toLowerCase())) throw new Error(`Function "${name}" is registered twice.`);
      functions.set(name.toLowerCase(), { metadata, callback });
      return new CoreDisposable(() => functions.delete(name.toLowerCase()));
    },
    registerHook: (name: HookName, hook: Hook) => {
      const registered = hooks.get(name) ?? new Set();
      hooks.set(name, registered.add(hook));
      return new CoreDisposable(() => registered.delete(hook));
    },
  };

  const loader = Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown };
  const load = loader._load;
  loader._load = function (this: unknown, request, ...rest) {
    return request === CORE_MODULE ? coreModule : load.call(this, request, ...rest);
  };

  return {
    functions,
    appHookData,
    runHooks,
    writeLog,
    programmingModel: () => {
      if (!model) throw new Error("The app has not set a programming model: does it use @azure/functions 4?");
      return model;
    },
    endRegistration: () => {
      isStarted = true;
    },
  };
}

class CoreDisposable {
  static from(...disposables: { dispose: () => unknown }[]) {
    return new CoreDisposable(() => {
      for (const disposable of disposables) disposable.dispose();
    });
  }

  readonly dispose: () => void;

  constructor(callOnDispose: () => unknown) {
    this.dispose = () => void callOnDispose();
  }
}
