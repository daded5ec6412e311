import { describe, expect, test } from "@jest/globals";
import { noPortalFile, portalFile } from "../../../lib/http/portal-file.ts";
import { aRequest } from "./a-request.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const file = {
  contentType: "text/css; charset=utf-8",
  hash: "abc",
  plain: bytes("plain"),
  br: bytes("brotli"),
  gzip: bytes("gzip"),
};
const asked = (headers: Record<string, string> = {}) => portalFile(aRequest({ headers }), file);

describe("A file of the portal", () => {
  test("is kept by browsers for a year, because other content has another name", () => {
    expect(asked()).toEqual({
      status: 200,
      headers: {
        "content-type": "text/css; charset=utf-8",
        "cache-control": "public, max-age=31536000, immutable",
        vary: "Accept-Encoding",
        etag: '"abc"',
      },
      body: file.plain,
    });
  });

  test.each(["br", "gzip"] as const)("comes as %s with a tag of its own", (encoding) => {
    expect(asked({ "accept-encoding": encoding })).toMatchObject({
      headers: { "content-encoding": encoding, etag: `"abc-${encoding}"`, vary: "Accept-Encoding" },
      body: file[encoding],
    });
  });

  test.each(['"abc"', 'W/"abc"', '"x", "abc"', "*"])("that the browser has (%s) is not sent again", (tag) => {
    const answer = asked({ "if-none-match": tag });
    expect(answer).toMatchObject({ status: 304, headers: { etag: '"abc"', vary: "Accept-Encoding" } });
    expect(answer).not.toHaveProperty("body");
  });

  test.each(['"abc-br"', "abc", '"ab"', ""])("is sent to a browser that has another one (%s)", (tag) => {
    expect(asked({ "if-none-match": tag })).toMatchObject({ status: 200 });
  });

  test("that does not exist is told in a line", () => {
    expect(noPortalFile()).toMatchObject({ status: 404, headers: { "content-type": "text/plain; charset=utf-8" } });
  });
});
