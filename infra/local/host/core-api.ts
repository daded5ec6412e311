/**
 * The part of the built-in module `@azure/functions-core` that `@azure/functions` uses, as the Node.js worker declares it
 * (github.com/Azure/azure-functions-nodejs-worker, types-core/index.d.ts).
 */
export type LogLevel = "trace" | "debug" | "information" | "warning" | "error" | "critical" | "none";
export type LogCategory = "user" | "system" | "customMetric";

export type BindingInfo = {
  type: string;
  direction: "in" | "out" | "inout";
  [option: string]: unknown;
};

/** What `app.http`, `app.storageQueue` or `app.timer` registers. */
export type FunctionMetadata = {
  name: string;
  bindings: Record<string, BindingInfo>;
  retryOptions?: unknown;
};

export type FunctionCallback = (...parameters: unknown[]) => unknown;

type Nullable<T> = { value?: T };

export type HttpCookie = {
  name: string;
  value: string;
  domain?: Nullable<string>;
  path?: Nullable<string>;
  expires?: Nullable<{ seconds: number }>;
  secure?: Nullable<boolean>;
  httpOnly?: Nullable<boolean>;
  sameSite?: "none" | "lax" | "strict" | "explicitNone";
  maxAge?: Nullable<number>;
};

/** An HTTP message between host and worker: a request carries the nullable maps, an answer the rest. */
export type HttpData = {
  method?: string;
  url?: string;
  nullableHeaders?: Record<string, Nullable<string>>;
  nullableQuery?: Record<string, Nullable<string>>;
  nullableParams?: Record<string, Nullable<string>>;
  statusCode?: string;
  headers?: Record<string, string>;
  cookies?: HttpCookie[];
  body?: TypedData | null;
};

/** One value between host and worker; exactly one member is set. */
export type TypedData = {
  string?: string;
  json?: string;
  bytes?: Uint8Array;
  int?: number;
  double?: number;
  http?: HttpData;
};

export type ParameterBinding = { name: string; data: TypedData };

export type InvocationRequest = {
  invocationId: string;
  inputData: ParameterBinding[];
  triggerMetadata: Record<string, TypedData>;
  traceContext: { traceParent: string; traceState: string };
};

export type InvocationResponse = { outputData?: ParameterBinding[]; returnValue?: TypedData | null };

export type CoreInvocationContext = {
  invocationId: string;
  request: InvocationRequest;
  metadata: FunctionMetadata;
  state: "preInvocationHooks" | "invocation" | "postInvocationHooks" | undefined;
  log: (level: LogLevel, category: LogCategory, message: string) => void;
};

export type InvocationModel = {
  getArguments: () => Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction: (context: unknown, inputs: unknown[], callback: FunctionCallback) => Promise<unknown>;
  getResponse: (context: unknown, result: unknown) => Promise<InvocationResponse>;
};

export type ProgrammingModel = {
  getInvocationModel: (context: CoreInvocationContext) => InvocationModel;
  getCapabilities: (capabilities: Record<string, string>) => Promise<Record<string, string>>;
};

export type HookName = "appStart" | "appTerminate" | "preInvocation" | "postInvocation" | "log";
export type Hook = (context: Record<string, unknown>) => unknown;
