import type { RegisteredFunction } from "./core.ts";
import type { AnswerAdmin } from "./http.ts";
import { sendEmpty } from "./http-message.ts";
import { isAllowed, type Keys } from "./keys.ts";

type Options = {
  keys: Keys;
  functions: RegisteredFunction[];
  isDisabled: (name: string) => boolean;
  /** Starts a timer or queue function by hand; undefined when the function is of another kind. */
  runByHand: (registered: RegisteredFunction, input: string) => Promise<unknown> | undefined;
};

/** The host's admin API as far as it is useful on one machine; everything needs the master key. */
export function adminApi({ keys, functions, isDisabled, runByHand }: Options): AnswerAdmin {
  const startedAt = performance.now();
  const describe = ({ metadata }: RegisteredFunction) => ({
    name: metadata.name,
    language: "node",
    isDisabled: isDisabled(metadata.name),
    config: { bindings: Object.entries(metadata.bindings).map(([name, binding]) => ({ ...binding, name })) },
  });
  const find = (name: string) => functions.find(({ metadata }) => metadata.name.toLowerCase() === name.toLowerCase());

  return async ({ method, path, key, readBody, outgoing }) => {
    const json = (status: number, body: unknown) => {
      outgoing.writeHead(status, { "content-type": "application/json; charset=utf-8" });
      outgoing.end(JSON.stringify(body));
      return true;
    };
    const empty = (status: number) => {
      sendEmpty(outgoing, status);
      return true;
    };

    if (!isAllowed(keys, "admin", "", key)) return empty(401);
    const [, area = "", name = ""] = path.toLowerCase().split("/").slice(1);
    if (area === "host" && name === "ping") return empty(200);
    if (area === "host" && name === "status" && method === "GET") {
      return json(200, { id: "local", state: "Running", processUptime: Math.round(performance.now() - startedAt) });
    }
    if (area !== "functions") return false;
    if (!name) return method === "GET" ? json(200, functions.map(describe)) : false;
    const registered = find(name);
    if (!registered) return false;
    if (method === "GET") return json(200, describe(registered));
    if (method !== "POST") return false;

    const body = await readBody();
    if (!body) return empty(413);
    const input = readInput(body.toString("utf8"));
    if (input === undefined) return json(400, { message: 'The body must be JSON with "input", a string.' });
    const started = runByHand(registered, input);
    if (!started) return json(400, { message: `${registered.metadata.name} is called by its route.` });
    // A failure is in the log; 202 says only that the run has begun.
    started.catch(() => {});
    return empty(202);
  };
}

/** `{"input": "…"}`, `{}` or nothing; undefined for anything else. */
function readInput(body: string): string | undefined {
  if (body.trim() === "") return "";
  try {
    const { input = "" } = JSON.parse(body) as { input?: unknown };
    return typeof input === "string" ? input : JSON.stringify(input);
  } catch {
    return undefined;
  }
}
