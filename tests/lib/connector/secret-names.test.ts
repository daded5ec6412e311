import { describe, expect, test } from "@jest/globals";
import {
  MAX_SECRET_VERSIONS,
  nameToWrite,
  needsNewName,
  pointingTo,
  secretNamesOf,
} from "../../../lib/connector/secret-names.ts";
import { aConnection } from "./a-connection.ts";

const next = { nextSecretName: "tv-next" };

describe("A new name is needed", () => {
  test("from 400 versions on: Key Vault backs up no secret of more than 500", () => {
    expect(MAX_SECRET_VERSIONS).toBe(400);
    expect(needsNewName(aConnection())).toBe(false);
    expect(needsNewName(aConnection({ secretVersions: 399 }))).toBe(false);
    expect(needsNewName(aConnection({ secretVersions: 400 }))).toBe(true);
    expect(needsNewName(aConnection({ secretVersions: 401 }))).toBe(true);
  });

  test("once: not when there is one already", () => {
    expect(needsNewName(aConnection({ secretVersions: 400, ...next }))).toBe(false);
  });
});

test("the next token set goes under the next name when there is one", () => {
  expect(nameToWrite(aConnection())).toBe("tv-c1");
  expect(nameToWrite(aConnection(next))).toBe("tv-next");
});

test("a connection's names are those before, the present one and the next", () => {
  expect(secretNamesOf(aConnection())).toEqual(["tv-c1"]);
  expect(secretNamesOf(aConnection({ formerSecretNames: ["tv-a", "tv-b"], ...next }))).toEqual([
    "tv-a",
    "tv-b",
    "tv-c1",
    "tv-next",
  ]);
});

describe("A connection that points to", () => {
  test("another version of its secret counts it, and keeps everything else", () => {
    const place = { secretName: "tv-c1", secretVersion: "v2" };
    expect(pointingTo(aConnection(), place)).toEqual(aConnection({ secretVersion: "v2", secretVersions: 2 }));
    const kept = { formerSecretNames: ["tv-a"], ...next };
    expect(pointingTo(aConnection({ secretVersions: 7, ...kept }), place)).toEqual(
      aConnection({ secretVersion: "v2", secretVersions: 8, ...kept }),
    );
  });

  test("its next name begins to count anew there, and leaves the one before behind", () => {
    const place = { secretName: "tv-next", secretVersion: "v1" };
    const moved = { secretName: "tv-next", secretVersion: "v1", secretVersions: 1 };
    expect(pointingTo(aConnection({ secretVersions: 400, ...next }), place)).toEqual(
      aConnection({ ...moved, formerSecretNames: ["tv-c1"] }),
    );
    expect(pointingTo(aConnection({ secretVersions: 400, formerSecretNames: ["tv-a"], ...next }), place)).toEqual(
      aConnection({ ...moved, formerSecretNames: ["tv-a", "tv-c1"] }),
    );
  });
});
