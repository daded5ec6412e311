import { expect, test } from "@jest/globals";
import { usable } from "../../../lib/connector/in-use.ts";
import { aConnection } from "./a-connection.ts";

const using = (status?: Parameters<typeof aConnection>[0]) =>
  usable({
    current: status && { value: aConnection(status), etag: "tag" },
    others: [{ value: aConnection({ id: "c2" }), etag: "tag" }],
    pointerEtag: "pointer",
  });

test("a connected account can be used", () => {
  expect(using({}).value).toEqual(aConnection());
});

test("one that TeamViewer no longer accepts cannot: an administrator must give consent", () => {
  expect(() => using({ status: "needsConsent" })).toThrow(
    expect.objectContaining({ code: "connector-needs-consent", message: expect.stringMatching(/consent again/) }),
  );
});

test.each([undefined, { status: "disconnecting" }, { status: "awaitingConfirmation" }] as const)(
  "otherwise TeamViewer is not connected (%p)",
  (connection) => {
    expect(() => using(connection)).toThrow(
      expect.objectContaining({ code: "connector-not-connected", message: expect.stringMatching(/administrator/) }),
    );
  },
);
