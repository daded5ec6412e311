import { expect, test } from "@jest/globals";
import type { Secrets } from "../../../../lib/adapters/azure/secrets.ts";
import { makeTokenVault } from "../../../../lib/adapters/azure/token-vault.ts";

const tokens = {
  accessToken: "12345-access",
  refreshToken: "12345-refresh",
  obtainedAt: "2026-11-22T10:00:00.000Z",
  expiresAt: "2026-11-23T10:00:00.000Z",
};

/** Secrets in memory, with what was said about each. */
function memory() {
  const versions: { name: string; value: string; about: unknown }[] = [];
  const secrets: Secrets = {
    get: async (name, version) =>
      versions.filter((each, index) => each.name === name && (!version || version === `v${index}`)).at(-1)?.value,
    set: async (name, value, about) => `v${versions.push({ name, value, about }) - 1}`,
    remove: async (name) => {
      for (const each of versions) if (each.name === name) each.name = "";
    },
  };
  return { secrets, versions, vault: makeTokenVault(secrets) };
}

test("a token set comes back as it was stored, by version or the newest", async () => {
  const { vault } = memory();
  const first = await vault.write("tv-1", "c1", tokens);
  const second = await vault.write("tv-1", "c1", { ...tokens, accessToken: "next" });
  expect(await vault.read("tv-1", first)).toEqual(tokens);
  expect(await vault.read("tv-1", second)).toEqual({ ...tokens, accessToken: "next" });
  expect(await vault.read("tv-1")).toEqual({ ...tokens, accessToken: "next" });
});

test("the secret says which connection it belongs to, and no token stands in its name or tags", async () => {
  const { vault, versions } = memory();
  await vault.write("tv-1", "c1", tokens);
  expect(versions[0]).toMatchObject({
    name: "tv-1",
    about: { contentType: "application/json;v=1", tags: { connectionId: "c1" } },
  });
  expect(JSON.stringify(versions[0]?.about)).not.toContain("12345");
});

test("a removed token set is gone", async () => {
  const { vault } = memory();
  await vault.write("tv-1", "c1", tokens);
  await vault.remove("tv-1");
  expect(await vault.read("tv-1")).toBeUndefined();
});

test.each([
  ["no JSON", "12345-access"],
  ["an incomplete set", JSON.stringify({ ...tokens, refreshToken: "" })],
  ["a time that is none", JSON.stringify({ ...tokens, expiresAt: "tomorrow" })],
  ["null", "null"],
])("a secret that is %s counts as no token set", async (_what, value) => {
  const { secrets, vault } = memory();
  await secrets.set("tv-1", value, { contentType: "", tags: {} });
  expect(await vault.read("tv-1")).toBeUndefined();
});
