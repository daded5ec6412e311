import { randomInt } from "node:crypto";
import { z } from "zod";
import { type Account, accountOf } from "./accounts.ts";
import type { ApiRoute } from "./api-routes.ts";
import { parseBody } from "./parse-body.ts";
import type { Realm } from "./realm.ts";
import { badRequest } from "./refusal.ts";
import type { Group } from "./state.ts";

const newGroup = z.strictObject({ name: z.string().min(1), policy_id: z.string().optional() });

export function groupCalls(realm: Realm): ApiRoute[] {
  return [
    {
      method: "GET",
      path: "/groups",
      query: ["name", "shared"],
      answer: ({ query }, { account }) => {
        const name = query.get("name")?.toLowerCase() ?? "";
        const isSharedWanted = query.get("shared") === "true";
        const found = groupsOf(realm, account).filter((group) => group.name.toLowerCase().includes(name));
        // Nothing here is shared, so asking for shared groups finds none.
        return { status: 200, json: { groups: isSharedWanted ? [] : found.map(groupRow) } };
      },
    },
    {
      method: "POST",
      path: "/groups",
      answer: (request, { account }) => {
        const { name } = parseBody(newGroup, request);
        if (groupsOf(realm, account).some((group) => group.name === name))
          throw badRequest("This group exists already");
        return { status: 200, json: groupRow(addGroup(realm, account, name)) };
      },
    },
  ];
}

/**
 * Where a session belongs. A name that is new makes a group; id and name together must mean the same one
 * (API documentation 4.6.2). `undefined`: neither was given.
 */
export function resolveGroup(
  realm: Realm,
  account: Account,
  asked: { groupid?: string | undefined; groupname?: string | undefined },
) {
  const groups = groupsOf(realm, account);
  const byName = groups.find((group) => group.name === asked.groupname);
  if (asked.groupid === undefined) {
    if (asked.groupname === undefined) return undefined;
    return byName ?? addGroup(realm, account, asked.groupname);
  }
  const byId = groups.find((group) => group.id === asked.groupid);
  if (!byId) throw badRequest("groupid names no group of this account");
  if (asked.groupname !== undefined && byId !== byName) throw badRequest("groupid and groupname are different groups");
  return byId;
}

function groupsOf(realm: Realm, { userid }: Account): Group[] {
  return realm.kept.value.groups.filter((group) => group.ownerUserid === userid);
}

function addGroup(realm: Realm, { userid }: Account, name: string): Group {
  const { groups } = realm.kept.value;
  let id: string;
  do id = `g${randomInt(100_000_000, 1_000_000_000)}`;
  while (groups.some((group) => group.id === id));
  const group = { id, name, ownerUserid: userid };
  groups.push(group);
  realm.kept.save();
  return group;
}

function groupRow({ id, name, ownerUserid }: Group) {
  return {
    id,
    name,
    permissions: "owned",
    owner: { userid: ownerUserid, name: accountOf(ownerUserid)?.name },
    shared_with: [],
  };
}
