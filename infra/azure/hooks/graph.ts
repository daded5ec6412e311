import * as z from "zod";
import { AzError, again, az } from "./az.ts";
import { withPrivateFile } from "./private-file.ts";
import { pauseSeconds } from "./said.ts";

const named = z.object({ id: z.string(), value: z.string().nullish() });
/** What is read of objects in Entra. */
export const application = z.object({
  id: z.string(),
  appId: z.string(),
  spa: z.object({ redirectUris: z.array(z.string()) }).nullish(),
});
export const principal = z.object({
  id: z.string(),
  appRoles: z.array(named).default([]),
  oauth2PermissionScopes: z.array(named).default([]),
});

export type Graph = {
  get: <T>(path: string, schema: z.ZodType<T>) => Promise<T>;
  list: <T>(path: string, schema: z.ZodType<T>) => Promise<T[]>;
  post: (path: string, body: unknown) => Promise<unknown>;
  patch: (path: string, body: unknown) => Promise<unknown>;
  /** Changes what has this alternate key, or makes it. */
  upsert: (path: string, body: unknown) => Promise<unknown>;
};

/** Microsoft Graph in the name of whoever signed in with `az login`. */
export function makeGraph(url = "https://graph.microsoft.com"): Graph {
  const isNew = (error: unknown) =>
    error instanceof AzError && /does not exist|resourcenotfound|not found/i.test(error.message);

  async function ask(method: string, path: string, body?: unknown, headers: readonly string[] = []): Promise<unknown> {
    const call = (rest: readonly string[]) =>
      az(["rest", "--method", method, "--resource", url, "--url", `${url}/v1.0/${path}`, ...rest]);
    const withBody = (file: string) =>
      call(["--headers", "Content-Type=application/json", ...headers, "--body", `@${file}`]);
    // What was made a moment ago is not known everywhere yet.
    const text = await again(() => (body === undefined ? call([]) : withPrivateFile(JSON.stringify(body), withBody)), {
      tries: 6,
      pauseSeconds: pauseSeconds(5),
      isWorthIt: isNew,
    });
    return text.trim() === "" ? undefined : JSON.parse(text);
  }

  return {
    get: async (path, schema) => schema.parse(await ask("get", path)),
    list: async (path, schema) => z.object({ value: z.array(schema) }).parse(await ask("get", path)).value,
    post: (path, body) => ask("post", path, body),
    patch: (path, body) => ask("patch", path, body),
    upsert: (path, body) => ask("patch", path, body, ["Prefer=create-if-missing"]),
  };
}

/** The service principal of an application, made when there is none. */
export async function principalOf(graph: Graph, appId: string): Promise<z.infer<typeof principal>> {
  const path = `servicePrincipals?$filter=appId eq '${appId}'&$select=id,appId,appRoles,oauth2PermissionScopes`;
  const [found] = await graph.list(path, principal);
  return found ?? principal.parse(await graph.post("servicePrincipals", { appId }));
}
