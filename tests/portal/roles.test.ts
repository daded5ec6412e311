import { describe, expect, test } from "@jest/globals";
import type { Role } from "../../lib/access/principal.ts";
import { homeOf } from "../../portal/roles.ts";
import { rolesIn } from "../../portal/token-roles.ts";

const tokenWith = (payload: unknown) => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part(payload)}.signature`;
};

describe("The roles in an access token", () => {
  test("are those it names", () => {
    expect(rolesIn(tokenWith({ roles: ["RemoteAssistance.Read"], name: "Zoë ÿÿÿ>>>???" }))).toEqual([
      "RemoteAssistance.Read",
    ]);
  });
  test("are none when it names none", () => {
    expect(rolesIn(tokenWith({}))).toEqual([]);
  });
  test.each(["opaque", "a.b.c", ""])("are all when it cannot be read (%j): the API decides", (token) => {
    expect(rolesIn(token)).toHaveLength(3);
  });
});

describe("Everybody starts where their work is", () => {
  const homeWith = (...roles: Role[]) => homeOf((role) => roles.includes(role)).screen;
  test("agents at the devices", () => {
    expect(homeWith("RemoteAssistance.Request", "RemoteAssistance.Update", "RemoteAssistance.Read")).toBe("devices");
  });
  test("administrators at the connector", () => {
    expect(homeWith("RemoteAssistance.Update", "RemoteAssistance.Read")).toBe("connector");
  });
  test("auditors at the sessions", () => {
    expect(homeWith("RemoteAssistance.Read")).toBe("sessions");
  });
});
