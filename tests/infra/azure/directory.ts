import { randomUUID } from "node:crypto";

type Entry = Record<string, unknown>;
/** What a directory holds: applications, service principals, and what hangs on each path below them. */
export type Directory = { applications: Entry[]; principals: Entry[]; lists: Record<string, Entry[]> };

type Call = { method: string; path: string; body: Entry; mayCreate: boolean };

/** Microsoft Graph's part of the directory, as strict as it is about what exists; an answer, or an Error that says what it says. */
export function answerOf(directory: Directory, { method, path, body, mayCreate }: Call): unknown {
  const [route = "", query = ""] = path.split("?");
  const byKey = /^applications\((uniqueName|appId)='([^']+)'\)$/.exec(route);
  if (byKey) {
    const [, key = "", value = ""] = byKey;
    const found = directory.applications.find((one) => one[key] === value);
    if (method === "get") return found ?? missing(route);
    if (found) return changed(found, body);
    if (!mayCreate) return missing(route);
    const made = { id: randomUUID(), appId: randomUUID(), [key]: value, ...body };
    directory.applications.push(made);
    return made;
  }
  const application = /^applications\/([^/]+)$/.exec(route)?.[1];
  if (application) return changed(directory.applications.find(({ id }) => id === application) ?? missing(route), body);
  if (route === "servicePrincipals") {
    if (method === "get") {
      const appId = /appId eq '([^']+)'/.exec(query)?.[1];
      return { value: directory.principals.filter((one) => one.appId === appId) };
    }
    if (!directory.applications.some(({ appId }) => appId === body.appId)) missing(`the application ${body.appId}`);
    const made = { id: randomUUID(), ...body };
    directory.principals.push(made);
    return made;
  }
  if (route === "me" || route.startsWith("users/")) return { id: `id of ${route}` };
  const grant = /^oauth2PermissionGrants\/(.+)$/.exec(route)?.[1];
  if (grant) {
    const grants = directory.lists.oauth2PermissionGrants ?? [];
    return changed(grants.find(({ id }) => id === grant) ?? missing(route), body);
  }
  directory.lists[route] ??= [];
  if (method === "get") return { value: directory.lists[route] };
  const made = { id: randomUUID(), ...body };
  directory.lists[route]?.push(made);
  return made;
}

function changed(found: Entry, body: Entry): undefined {
  Object.assign(found, body);
}

function missing(what: string): never {
  throw new Error(
    `Not Found({"error":{"code":"Request_ResourceNotFound","message":"Resource '${what}' does not exist"}})`,
  );
}
