import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { type Principal, type Role, roles } from "../../../lib/access/principal.ts";
import { requireRole } from "../../../lib/access/require-role.ts";

const withRoles = (own: readonly Role[]): Principal => ({ id: "x", kind: "person", clientId: "y", roles: own });

test("one role of those that may is enough, none is refused, whatever else the principal holds", async () => {
  await fc.assert(
    fc.property(fc.subarray([...roles]), fc.subarray([...roles]), (own, allowed) => {
      const attempt = () => requireRole(withRoles(own), allowed);
      if (own.some((role) => allowed.includes(role))) expect(attempt).not.toThrow();
      else expect(attempt).toThrow(expect.objectContaining({ code: "forbidden" }));
    }),
  );
});

test("the refusal names the roles that would do", () => {
  const attempt = () => requireRole(withRoles([]), ["RemoteAssistance.Request", "RemoteAssistance.Read"]);
  expect(attempt).toThrow("RemoteAssistance.Request or RemoteAssistance.Read");
});

test("the roles are the three of the app registration", () => {
  expect(roles).toEqual(["RemoteAssistance.Update", "RemoteAssistance.Request", "RemoteAssistance.Read"]);
});
