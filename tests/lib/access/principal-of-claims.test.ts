import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { principalOfClaims } from "../../../lib/access/principal-of-claims.ts";

const TENANT = "0f0e0d0c-0b0a-4908-8706-050403020100";
const AGENT = "10000000-0000-4000-8000-00000000000a";
const PORTAL = "c0ffee00-5a1e-4f00-8a11-7e57ab1e0001";
const expected = { tenantId: TENANT, allowedClients: [] };

const person = {
  ver: "2.0",
  tid: TENANT,
  oid: AGENT,
  azp: PORTAL,
  scp: "access_as_user",
  roles: ["RemoteAssistance.Request"],
};
const { scp: _, ...application } = { ...person, idtyp: "app" };

const refusal = (claims: unknown, allowedClients: string[] = []) => {
  try {
    return principalOfClaims(claims, { tenantId: TENANT, allowedClients });
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

test("a person is told by object id, with the client and the roles of the token", () => {
  expect(principalOfClaims(person, expected)).toEqual({
    id: AGENT,
    kind: "person",
    clientId: PORTAL,
    roles: ["RemoteAssistance.Request"],
  });
});

describe("A person's first name", () => {
  const named = (claims: Record<string, unknown>) => principalOfClaims({ ...person, ...claims }, expected).firstName;

  test.each<[Record<string, unknown>, string | undefined]>([
    [{ given_name: "Ana María", name: "Duval, Ana" }, "Ana María"],
    [{ name: "Bruno Agent" }, "Bruno"],
    [{ name: "  Bruno\u00a0Agent " }, "Bruno"],
    [{ given_name: " ", name: "Bruno Agent" }, "Bruno"],
    [{ given_name: "Ana\r\nDuval" }, "Ana Duval"],
    [{ given_name: "x".repeat(41) }, "x".repeat(40)],
    [{ given_name: "😀".repeat(41) }, "😀".repeat(40)],
    [{ given_name: "Ana\ud800" }, "Ana\ufffd"],
    [{ given_name: "", name: "" }, undefined],
    [{ given_name: ["Ana"], name: 7 }, undefined],
    [{}, undefined],
  ])("of %j is %j", (claims, firstName) => {
    expect(named(claims)).toBe(firstName);
  });

  test("is none of an application's", () => {
    const principal = principalOfClaims({ ...application, given_name: "Robot", name: "Robot" }, expected);
    expect(principal).not.toHaveProperty("firstName");
  });
});

test("an application carries idtyp app and no scope", () => {
  expect(principalOfClaims(application, expected)).toMatchObject({ id: AGENT, kind: "application" });
});

test("ids are compared and kept in lower case", () => {
  const shouted = { ...person, tid: TENANT.toUpperCase(), oid: AGENT.toUpperCase(), azp: PORTAL.toUpperCase() };
  expect(principalOfClaims(shouted, { tenantId: TENANT, allowedClients: [PORTAL] })).toMatchObject({
    id: AGENT,
    clientId: PORTAL,
  });
});

test("access_as_user may stand among other scopes", () => {
  expect(principalOfClaims({ ...person, scp: "openid access_as_user profile" }, expected).kind).toBe("person");
});

describe("Refused as not signed in", () => {
  test.each([
    ["a v1 token", { ver: "1.0" }],
    ["no version", { ver: undefined }],
    ["another tenant", { tid: "1f0e0d0c-0b0a-4908-8706-050403020100" }],
    ["no tenant", { tid: undefined }],
    ["no object id", { oid: undefined }],
    ["an e-mail for an object id", { oid: "ada@contoso.example" }],
    ["no client", { azp: undefined }],
    ["a client that is no id", { azp: "portal" }],
    ["roles as one text", { roles: "RemoteAssistance.Update" }],
    ["roles that hold an object", { roles: [{ role: "RemoteAssistance.Update" }] }],
    ["scopes as a list", { scp: ["access_as_user"] }],
    ["idtyp as a list", { idtyp: ["app"] }],
  ])("%s", (_title, changes) => {
    expect(refusal({ ...person, ...changes })).toBe("unauthenticated");
  });

  test.each([null, undefined, "claims", 1, []])("%j instead of claims", (claims) => {
    expect(refusal(claims)).toBe("unauthenticated");
  });
});

describe("Refused as not allowed", () => {
  test.each([
    ["a person without the scope", { ...person, scp: undefined }],
    ["another scope", { ...person, scp: "user.read" }],
    ["the scope's name as a part of another", { ...person, scp: "access_as_user_impersonation" }],
    ["the scope in other letters", { ...person, scp: "Access_As_User" }],
    ["the scope between tabs", { ...person, scp: "openid\taccess_as_user" }],
    ["an empty scope", { ...person, scp: "" }],
    ["idtyp app with a scope", { ...person, idtyp: "app" }],
    ["idtyp app with an empty scope", { ...person, idtyp: "app", scp: "" }],
    ["another idtyp without a scope", { ...application, idtyp: "device" }],
    ["idtyp in other letters", { ...application, idtyp: "App" }],
    ["neither idtyp nor scope", { ...application, idtyp: undefined }],
  ])("%s", (_title, claims) => {
    expect(refusal(claims)).toBe("forbidden");
  });

  test("a client that is not on the list of ALLOWED_CLIENTS", () => {
    expect(refusal(person, [AGENT])).toBe("forbidden");
    expect(refusal(application, [AGENT])).toBe("forbidden");
    expect(refusal(person, [AGENT, PORTAL])).toMatchObject({ id: AGENT });
  });
});

describe("Who is refused is told what to do", () => {
  test.each<[string, unknown, string[], RegExp]>([
    ["with a token of another kind", { ...person, ver: "1.0" }, [], /v2\.0/],
    ["of another tenant", { ...person, tid: PORTAL }, [], /tenant/],
    ["by a client that is not listed", person, [AGENT], /ALLOWED_CLIENTS/],
    ["without the scope", { ...person, scp: "user.read" }, [], /access_as_user/],
  ])("%s", (_title, claims, allowedClients, words) => {
    expect(() => principalOfClaims(claims, { tenantId: TENANT, allowedClients })).toThrow(words);
  });
});

test("only our three roles count, spelled exactly, each once", () => {
  const roles = [
    "remoteassistance.update",
    "RemoteAssistance.Read",
    "RemoteAssistance.Read",
    "RemoteAssistance.Update ",
    "Other",
  ];
  expect(principalOfClaims({ ...person, roles }, expected).roles).toEqual(["RemoteAssistance.Read"]);
  expect(principalOfClaims({ ...person, roles: undefined }, expected).roles).toEqual([]);
});

test("a role named in the scope is no role", () => {
  const claims = { ...person, roles: [], scp: "access_as_user RemoteAssistance.Update" };
  expect(principalOfClaims(claims, expected).roles).toEqual([]);
});

test("whatever the claims hold, the answer is a principal of this tenant or one of two refusals", async () => {
  const values = fc.oneof(fc.anything(), fc.constantFrom("2.0", "app", "access_as_user", TENANT, AGENT, PORTAL));
  const claims = fc
    .dictionary(fc.constantFrom("ver", "tid", "oid", "azp", "idtyp", "scp", "roles"), values)
    .map((changes) => ({ ...person, ...changes }));
  await fc.assert(
    fc.property(claims, (given) => {
      const answer = refusal(given);
      if (typeof answer === "object") expect([answer.id, given.tid]).toEqual([String(given.oid).toLowerCase(), TENANT]);
      else expect(["unauthenticated", "forbidden"]).toContain(answer);
    }),
    { numRuns: 1000 },
  );
});
