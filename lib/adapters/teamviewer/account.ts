import * as z from "zod";
import type { Account } from "../../connector/ports.ts";
import { AppError } from "../../errors.ts";
import { callApi, type TeamViewerApi } from "./api.ts";

/** The TeamViewer group that sessions are filed under. */
export const GROUP_NAME = "Intune remote assistance";

const accountSchema = z.object({
  userid: z.string(),
  name: z.string().nullish(),
  email: z.string().nullish(),
  company_name: z.string().nullish(),
});
const groupSchema = z.object({ id: z.string().regex(/^g\d+$/), name: z.string() });
const groupsSchema = z.object({ groups: z.array(groupSchema) });

/** The account behind a token. */
export async function readAccount(api: TeamViewerApi, accessToken: string): Promise<Account> {
  const { userid, name, email, company_name } = await callApi(api, {
    accessToken,
    path: "/account",
    schema: accountSchema,
  });
  return { id: userid, name: name ?? "", company: company_name ?? "", email: email ?? "" };
}

/** The group's id, made if missing; undefined when the app may not see groups: sessions then name the group. */
export async function findGroupId(api: TeamViewerApi, accessToken: string): Promise<string | undefined> {
  try {
    const path = `/groups?name=${encodeURIComponent(GROUP_NAME)}`;
    const { groups } = await callApi(api, { accessToken, path, schema: groupsSchema });
    const existing = groups.find(({ name }) => name === GROUP_NAME);
    if (existing) return existing.id;
    const made = { accessToken, method: "POST", path: "/groups", body: { name: GROUP_NAME }, schema: groupSchema };
    return (await callApi(api, made)).id;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
