import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { chooseEncoding } from "../../../lib/http/encoding.ts";

describe("The encoding of a file", () => {
  test.each([
    ["gzip, deflate, br, zstd", "br"],
    ["gzip, deflate", "gzip"],
    ["br;q=0.5, gzip;q=0.9", "gzip"],
    ["br;q=0.5,gzip;q=0.5", "br"],
    ["BR ; Q=1.000", "br"],
    ["*", "br"],
    ["*;q=0.3, br;q=0", "gzip"],
    ["gzip;q=0.5, *", "br"],
    ["identity;q=0.5, gzip;q=0.8", "gzip"],
    ["identity;q=0.5, gzip;q=0.5", "gzip"],
    ["identity;q=0, br;q=0.001", "br"],
  ])("for %j is %s", (header, encoding) => {
    expect(chooseEncoding(header)).toBe(encoding);
  });

  test.each([
    null,
    "",
    "identity",
    "deflate, zstd",
    "br;q=0, gzip;q=0.0, *;q=0",
    "*;q=0",
    "identity;q=1, br;q=0.5, gzip;q=0.2",
    "br;q=much, gzip;q=2, *;q=-1",
    "brotli, gz",
  ])("for %j is none", (header) => {
    expect(chooseEncoding(header)).toBeUndefined();
  });

  test("is none or one of ours, whatever is asked for", async () => {
    const asked = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom("br", "gzip", "*", ",", ";", "q=", "0", "1", ".", " ") }),
    );
    await fc.assert(
      fc.property(asked, (header) => {
        expect([undefined, "br", "gzip"]).toContain(chooseEncoding(header));
      }),
    );
  });
});
