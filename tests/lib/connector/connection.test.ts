import { describe, expect, test } from "@jest/globals";
import {
  type Connection,
  connectionSchema,
  connectorSchema,
  viewOfConnector,
} from "../../../lib/connector/connection.ts";
import { aConnection } from "./a-connection.ts";

const connected = aConnection();
const waiting: Connection = {
  ...connected,
  id: "c2",
  status: "awaitingConfirmation",
  account: { id: "u2", name: "Fabrikam IT", company: "Fabrikam", email: "it@fabrikam.example" },
};

const needsConsent: Connection = { ...connected, status: "needsConsent" };
const disconnecting: Connection = { ...connected, status: "disconnecting" };

test("without a connection the connector is not connected, and nothing more is to be said", () => {
  expect(viewOfConnector(undefined, undefined)).toEqual({ status: "notConnected" });
});

test("a connected account is shown with who connected it and when, and nothing of how it is kept", () => {
  expect(viewOfConnector(connected, undefined)).toEqual({
    status: "connected",
    account: { name: "Contoso IT", company: "Contoso", email: "it@contoso.example" },
    connectedBy: "ada",
    connectedAt: "2026-11-22T10:05:00.000Z",
    termsVersion: "1",
  });
});

test("an account that waits is shown so that it can be confirmed; it is not connected since any time", () => {
  const view = viewOfConnector(undefined, waiting);
  expect(view).toMatchObject({ status: "awaitingConfirmation", account: { company: "Fabrikam" } });
  expect(view).not.toHaveProperty("connectedAt");
});

describe("Of two", () => {
  test.each([
    ["a working connection comes before one that waits", connected, waiting, "connected", "Contoso"],
    ["one that waits comes before one that needs consent", needsConsent, waiting, "awaitingConfirmation", "Fabrikam"],
    [
      "one that waits comes before one that is being removed",
      disconnecting,
      waiting,
      "awaitingConfirmation",
      "Fabrikam",
    ],
  ])("%s", (_title, current, pending, status, company) => {
    expect(viewOfConnector(current, pending)).toMatchObject({ status, account: { company } });
  });
});

test.each([
  [needsConsent, /must give consent again/],
  [disconnecting, /being removed/],
])("a connection out of use says what its problem is", (connection, problem) => {
  expect(viewOfConnector(connection, undefined).problem).toMatch(problem);
  expect(viewOfConnector(connected, undefined)).not.toHaveProperty("problem");
});

test("every view fits the documented schema", () => {
  const views = [connected, needsConsent, disconnecting].map((current) => viewOfConnector(current, undefined));
  for (const view of [...views, viewOfConnector(undefined, waiting), viewOfConnector(undefined, undefined)])
    expect(connectorSchema.parse(view)).toEqual(view);
});

test("a connection is read back from its row as it was, in every status and with all that it may hold", () => {
  const all = {
    secretVersions: 400,
    nextSecretName: "tv-next",
    formerSecretNames: ["tv-before"],
    sealedTokens: "sealed",
    owed: [],
  };
  for (const status of ["awaitingConfirmation", "connected", "needsConsent", "disconnecting"] as const) {
    const connection = { ...connected, ...all, status };
    expect(connectionSchema.parse(JSON.parse(JSON.stringify(connection)))).toEqual(connection);
  }
});

test.each([{ status: "gone" }, { account: { id: "u1" } }, { confirmBefore: "soon" }])(
  "a row that is no connection is not taken for one (%p)",
  (change) => {
    expect(connectionSchema.safeParse({ ...connected, ...change }).success).toBe(false);
  },
);

test("the document of the API calls it Connector", () => {
  expect(connectorSchema.meta()).toEqual({ id: "Connector" });
});
