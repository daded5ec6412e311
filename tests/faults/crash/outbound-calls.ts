import type { ClientRequest, IncomingMessage, request } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";

/** When to die: `before` call number `call` leaves and all earlier ones were answered, or `after` its answer came and nobody saw it yet. */
export type Death = { call: number; moment: "before" | "after" };

/**
 * Counts every outbound call of this process, SDKs' and all, and ends the process at the one that `death` names. Answers the
 * list that grows with each call: what it asked.
 */
export function countOutboundCalls(death: Death | undefined, die: (at: string) => never): string[] {
  const calls: string[] = [];
  let running = 0;
  let last: string | undefined;

  const watch = (send: typeof request, asked: unknown[]): ClientRequest => {
    // Whoever is about to die sends nothing any more: this call waits for a connection that never comes.
    if (last !== undefined) return send(...(unconnected(asked) as Parameters<typeof request>));
    calls.push(aboutOf(asked));
    const about = `${death?.moment} ${calls.length} ${calls.at(-1)}`;
    const isChosen = calls.length === death?.call;
    if (isChosen && death.moment === "before") {
      if (running === 0) die(about);
      last = about;
      return send(...(unconnected(asked) as Parameters<typeof request>));
    }
    running += 1;
    const call = send(...(asked as Parameters<typeof request>));
    if (isChosen) dieWhenAnswered(call, () => die(about));
    call.once("close", () => {
      running -= 1;
      if (last !== undefined && running === 0) die(last);
    });
    return call;
  };

  for (const name of ["node:http", "node:https"]) {
    const protocol = process.getBuiltinModule(name) as { request: typeof request };
    const send = protocol.request;
    protocol.request = ((...asked: unknown[]) => watch(send, asked)) as typeof request;
  }
  syncBuiltinESMExports();
  return calls;
}

/** The answer is read to its end in place of the caller, who never sees it. */
function dieWhenAnswered(call: ClientRequest, die: () => never): void {
  const emit = call.emit.bind(call);
  call.emit = (event: string | symbol, ...rest: unknown[]) => {
    if (event !== "response") return emit(event, ...rest);
    const answer = rest[0] as IncomingMessage;
    answer.on("end", die).resume();
    return true;
  };
}

const unconnected = (asked: unknown[]) =>
  asked.map((each) => (isOptions(each) ? { ...each, agent: false, createConnection: () => new Socket() } : each));

function aboutOf(asked: unknown[]): string {
  const options = asked.find(isOptions) ?? {};
  const [first] = asked;
  const path = typeof first === "string" || first instanceof URL ? new URL(first).pathname : String(options.path ?? "");
  return `${options.method ?? "GET"} ${path.split("?")[0]}`;
}

const isOptions = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !(value instanceof URL);
