import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { makeOutbound } from "../../../../lib/adapters/outbound.ts";
import { makeCallWithAccess } from "../../../../lib/adapters/teamviewer/renewing.ts";
import { makeTeamViewerUsers } from "../../../../lib/adapters/teamviewer/users.ts";
import type { RemoteUsers } from "../../../../lib/sessions/ports.ts";
import { startAnswering } from "../answering.ts";
import { aGrant } from "./a-grant.ts";

const BRUNO = "bruno.agent@contoso.example";

let grant: Awaited<ReturnType<typeof aGrant>>;
let users: RemoteUsers;
let server: Awaited<ReturnType<typeof startAnswering>>;

beforeAll(async () => {
  grant = await aGrant();
  users = makeTeamViewerUsers(grant.call);
  server = await startAnswering("teamviewer");
});
afterEach(() => {
  grant.teamviewer.clearFaults();
  grant.teamviewer.setRights({ users: "granted" });
  grant.askedFor();
});
afterAll(async () => {
  await grant.teamviewer.close();
  await server.close();
});

test("A colleague is found by any of their addresses, in one call", async () => {
  expect(await users.idOf(grant.access, [BRUNO])).toEqual({ outcome: "found", userId: "u7254191" });
  grant.askedFor();
  expect(await users.idOf(grant.access, ["b@x.example", BRUNO])).toEqual({ outcome: "found", userId: "u7254191" });
  expect(grant.askedFor()).toEqual([
    { path: "/api/v1/users", query: { email: `b@x.example,${BRUNO}`, full_list: "true" } },
  ]);
});

test("Nobody is found by an address of nobody, of another company, or of two people", async () => {
  const nobody = { outcome: "found", userId: undefined };
  for (const emails of [["nobody@contoso.example"], ["support@fabrikam.example"], [BRUNO, "chiara@contoso.example"]])
    expect(await users.idOf(grant.access, emails)).toEqual(nobody);
});

test.each(["no-permission", "no-licence"] as const)("With %s users cannot be seen", async (right) => {
  grant.teamviewer.setRights({ users: right });
  expect(await users.idOf(grant.access, [BRUNO])).toEqual({ outcome: "refused" });
});

test("Trouble is an error, not an answer", async () => {
  grant.teamviewer.addFault({ path: "/users", status: 500 });
  await expect(users.idOf(grant.access, [BRUNO])).rejects.toMatchObject({ code: "upstream-invalid" });
  grant.teamviewer.setLimits({ perHour: 0 });
  await expect(users.idOf(grant.access, [BRUNO])).rejects.toMatchObject({ code: "upstream-unavailable" });
  grant.teamviewer.setLimits({ perHour: null });
});

test("Who is not active any more, or whom nobody asked for, is nobody; addresses are compared without case", async () => {
  const outbound = makeOutbound([server.url]);
  const asked = makeTeamViewerUsers(makeCallWithAccess({ apiUrl: server.url, outbound }, async (old) => old));
  const found = async (...rows: unknown[]) => {
    server.answerWith({ status: 200, json: { users: rows } });
    return asked.idOf(grant.access, [BRUNO]);
  };
  expect(await found({ id: "u1", email: BRUNO.toUpperCase() })).toEqual({ outcome: "found", userId: "u1" });
  expect(await found({ id: "u1", email: BRUNO, active: false })).toEqual({ outcome: "found", userId: undefined });
  expect(await found({ id: "u1", email: "else@contoso.example" }, { id: "u2" })).toMatchObject({ userId: undefined });
  await expect(found({ id: "1 or 2", email: BRUNO })).rejects.toMatchObject({ code: "upstream-invalid" });
});
