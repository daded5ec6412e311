import type { RegisteredFunction } from "./core.ts";
import type { BindingInfo } from "./core-api.ts";

const SUPPORTED = { in: ["httptrigger", "queuetrigger", "timertrigger"], out: ["http", "queue"] };

/** Refuses, before anything runs, what this host cannot do: another host's function must not be silently skipped. */
export function checkBindings({ metadata }: RegisteredFunction) {
  const refuse = (what: string) => {
    throw new Error(`Function "${metadata.name}" has ${what}, which the local host does not support.`);
  };
  for (const { type, direction, properties } of Object.values(metadata.bindings)) {
    const supported = direction === "out" ? SUPPORTED.out : SUPPORTED.in;
    if (direction === "inout" || !supported.includes(type.toLowerCase())) {
      refuse(`the ${direction === "out" ? "output" : "input"} binding "${type}"`);
    }
    const flags = properties as { supportsDeferredBinding?: string } | undefined;
    if (flags?.supportsDeferredBinding === "true") refuse("an SDK binding");
  }
  if (metadata.retryOptions) refuse("a retry policy");
}

/** The binding of that trigger type, lower case, if the function has it. */
export function triggerOf({ metadata }: RegisteredFunction, type: string): BindingInfo | undefined {
  return Object.values(metadata.bindings).find((binding) => binding.type.toLowerCase() === type);
}
