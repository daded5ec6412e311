import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { blankDevice } from "../../../../infra/local/graph/blank-device.ts";
import { startGraph } from "../../../../infra/local/graph/graph.ts";
import { demoUsers } from "../../../../infra/local/graph/people.ts";
import { makeGraphClient } from "../../../../lib/adapters/graph/client.ts";
import { makeDeviceDirectory } from "../../../../lib/adapters/graph/device-directory.ts";
import { makeOutbound } from "../../../../lib/adapters/outbound.ts";
import { graphToken } from "../../../infra/local/graph/graph-client.ts";

/** More than ten pages of 999. */
const DEVICES = 10_000;
const users = demoUsers();
const ana = users.find(({ displayName }) => displayName === "Ana Duval");
const devices = Array.from({ length: DEVICES }, (_, number) => ({
  ...blankDevice({ id: randomUUID(), at: "2026-11-22T10:00:00Z" }),
  deviceName: `PC-${String(number).padStart(6, "0")}`,
}));

let graph: Awaited<ReturnType<typeof startGraph>>;
let directory: ReturnType<typeof makeDeviceDirectory>;

beforeAll(async () => {
  graph = await startGraph({ port: 0, devices, users });
  directory = makeDeviceDirectory(
    makeGraphClient({
      graphUrl: graph.url,
      credential: { getToken: async () => ({ token: graphToken(), expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
      outbound: makeOutbound([graph.url]),
      newId: randomUUID,
    }),
  );
  graph.putDevice({
    deviceName: "ZZ-LAST",
    userId: ana?.id ?? null,
    userDisplayName: ana?.displayName ?? null,
    userPrincipalName: ana?.userPrincipalName ?? null,
    emailAddress: ana?.mail ?? null,
  });
});
afterEach(() => graph.grantPermissions());
afterAll(() => graph.close());

const namesFor = async (text: string) =>
  (await directory.search({ text, platform: undefined, top: 50, page: undefined })).devices.map(({ name }) => name);

describe("Among more devices than are read, the last one", () => {
  test.each(["ana duval", "Duval", "ana@contoso", "ZZ-LA"])("is found by %s", async (text) => {
    expect(await namesFor(text)).toEqual(["ZZ-LAST"]);
  });

  test("is not found by its user without the right to read people, and the search goes on to find the others", async () => {
    graph.missPermission({ scope: "User.Read.All", path: "/users" });
    expect(await namesFor("Duval")).toEqual([]);
    expect(await namesFor("PC-009999")).toEqual(["PC-009999"]);
  });
});
