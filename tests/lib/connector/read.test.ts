import { expect, test } from "@jest/globals";
import { aConnection } from "./a-connection.ts";
import { aConnector, MINUTE_MS, START } from "./a-connector.ts";

const account = (company: string) => ({ id: company, name: company, company, email: `it@${company}.example` });
const waits = (id: string, minutes: number) =>
  aConnection({
    id,
    status: "awaitingConfirmation",
    account: account(id),
    confirmBefore: new Date(START + minutes * MINUTE_MS).toISOString(),
  });

test("the connector is as its connection is", async () => {
  const { read, connections } = aConnector();
  expect(await read()).toEqual({ status: "notConnected" });
  connections.use(aConnection());
  expect(await read()).toMatchObject({ status: "connected", account: { company: "Contoso" } });
});

test("of several accounts that wait, the newest is shown", async () => {
  const { read, connections } = aConnector();
  for (const [id, minutes] of [
    ["older", 3],
    ["newest", 9],
    ["old", 6],
  ] as const)
    connections.put(waits(id, minutes));
  expect(await read()).toMatchObject({ status: "awaitingConfirmation", account: { company: "newest" } });
});

test("an account is shown as waiting until its time is over, to the millisecond", async () => {
  const { read, connections, advance } = aConnector();
  connections.put(waits("fabrikam", 9));
  advance(9 * MINUTE_MS - 1);
  expect(await read()).toMatchObject({ status: "awaitingConfirmation" });
  advance(1);
  expect(await read()).toEqual({ status: "notConnected" });
});

test("an account that is being removed beside the one in use is not shown", async () => {
  const { read, connections } = aConnector();
  connections.put({ ...waits("fabrikam", 9), status: "disconnecting" });
  expect(await read()).toEqual({ status: "notConnected" });
  connections.use(aConnection({ status: "needsConsent" }));
  expect(await read()).toMatchObject({ status: "needsConsent", account: { company: "Contoso" } });
});
