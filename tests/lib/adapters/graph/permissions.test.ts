import { expect, test } from "@jest/globals";
import { makePermissionsHeld } from "../../../../lib/adapters/graph/permissions.ts";

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const tokenWith = (claims: unknown) => `${part({ alg: "RS256" })}.${part(claims)}.c2lnbmF0dXJl`;

function held(token: string | undefined, graphUrl = "https://graph.microsoft.com") {
  const asked: unknown[] = [];
  const credential = {
    async getToken(scope: string | string[]) {
      asked.push(scope);
      if (token === "") throw new Error("no identity");
      return token === undefined ? null : { token, expiresOnTimestamp: 0 };
    },
  };
  return { asked, permissions: makePermissionsHeld({ graphUrl, credential })() };
}

test("the app's token for Graph tells what the app may do there", async () => {
  const { asked, permissions } = held(tokenWith({ roles: ["User.Read.All", "Mail.Send"] }));
  expect(await permissions).toEqual(["User.Read.All", "Mail.Send"]);
  expect(asked).toEqual(["https://graph.microsoft.com/.default"]);
});

test("in a national cloud it is that cloud's token", async () => {
  const { asked, permissions } = held(tokenWith({ roles: [] }), "https://graph.microsoft.us");
  expect([await permissions, asked]).toEqual([[], ["https://graph.microsoft.us/.default"]]);
});

test.each([
  ["of which nobody knows how to read it", "opaque"],
  ["that holds no JSON", "a.b.c"],
  ["without roles", tokenWith({ aud: "x" })],
  ["whose roles are no list of names", tokenWith({ roles: [1] })],
  ["that is none", undefined],
  ["that the identity does not give", ""],
])("a token %s says nothing", async (_what, token) => {
  expect(await held(token).permissions).toBeUndefined();
});
