import type { StandInAnswer } from "../stand-in.ts";
import type { GraphCall } from "./call.ts";
import type { GraphUser } from "./people.ts";
import { filteredUsers, unsupported } from "./user-filter.ts";
import { selectedOf } from "./user-select.ts";

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 999;

/** A page of the directory's users (https://learn.microsoft.com/graph/api/user-list). The `$skiptoken` is opaque: here, the last id. */
export function userList({ query, origin, version, path }: GraphCall, users: readonly GraphUser[]): StandInAnswer {
  if (query.has("$orderby")) throw unsupported("Sorting not supported for current query.");
  if (query.has("$search")) {
    const header = "a special request header: 'ConsistencyLevel: eventual'";
    throw unsupported(`Request with $search query parameter only works through MSGraph with ${header}`);
  }
  const size = pageSize(query.get("$top"));
  const found = filteredUsers(users, query.get("$filter"));
  const token = query.get("$skiptoken");
  const rest = token === null ? found : found.slice(found.findIndex(({ id }) => id === token) + 1);
  const page = rest.slice(0, size);
  const last = rest.length > size ? page.at(-1) : undefined;
  const next = new URLSearchParams([...query].filter(([name]) => name !== "$skiptoken"));
  if (last) next.set("$skiptoken", last.id);
  return {
    status: 200,
    json: {
      "@odata.context": `${origin}/${version}/$metadata#users`,
      ...(last ? { "@odata.nextLink": `${origin}${path}?${next}` } : {}),
      value: page.map((user) => selectedOf(user, query.get("$select"))),
    },
  };
}

function pageSize(top: string | null): number {
  if (top === null) return DEFAULT_PAGE_SIZE;
  const size = Number(top);
  if (/^\d+$/.test(top) && size >= 1 && size <= MAX_PAGE_SIZE) return size;
  throw unsupported(`Invalid page size specified: '${top}'. Must be between 1 and ${MAX_PAGE_SIZE} inclusive.`);
}
