import { expect, test } from "@jest/globals";
import { makeConnectionAge } from "../../../lib/connector/age.ts";
import type { Connection } from "../../../lib/connector/connection.ts";
import { aConnection } from "./a-connection.ts";

const NOW = new Date("2026-11-22T10:00:00.000Z");
const ageOf = (connection: Connection | undefined) =>
  makeConnectionAge({
    connections: {
      read: async () => ({ current: connection && { value: connection, etag: "1" }, others: [] }),
    } as never,
    now: () => NOW,
  })();

test("the age of the token set stands beside the life that it was given, in whole minutes", async () => {
  const obtainedAt = "2026-11-22T09:00:00.500Z";
  const accessExpiresAt = "2026-11-23T09:00:00.500Z";
  for (const status of ["connected", "needsConsent"] as const)
    expect(await ageOf(aConnection({ status, obtainedAt, accessExpiresAt }))).toEqual({
      status,
      refreshAgeMinutes: 59,
      lifeMinutes: 1440,
    });
});

test("where nobody connected TeamViewer there is nothing that ages", async () => {
  expect(await ageOf(undefined)).toEqual({ status: "notConnected" });
});
