import { expect, test } from "@jest/globals";
import { aConnector, ada, inShort, MINUTE_MS, PUBLIC_URL, START, script } from "./a-connector.ts";

const ticketOf = (startUrl: string) => new URL(startUrl).searchParams.get("ticket") ?? "";

test("who accepts the terms in force gets a link to start with, and ten minutes", async () => {
  const { enable, consents } = aConnector();
  const answer = await enable(ada, "3", "call-1");
  expect(answer.startUrl).toMatch(new RegExp(`^${PUBLIC_URL}/api/connector/start\\?ticket=sealed-`));
  expect(answer.expiresAt).toBe(new Date(START + 10 * MINUTE_MS).toISOString());
  expect(consents.values()).toEqual([
    {
      id: answer.id,
      status: "pending",
      requestedBy: "ada",
      requestedByKind: "person",
      termsVersion: "3",
      requestedAt: new Date(START).toISOString(),
      expiresAt: answer.expiresAt,
    },
  ]);
});

test("the ticket holds the state, for a minute; what is stored is its hash alone", async () => {
  const { enable, ports, consents, advance } = aConnector();
  const { id, startUrl } = await enable(ada, "3", "call-1");
  const opened = await ports.seal.open("ticket", ticketOf(startUrl));
  expect(opened?.state).toMatch(/^[\w-]{43}$/);
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(consents.values())).not.toContain(String(opened?.state));
  expect(await ports.seal.open("cookie", ticketOf(startUrl))).toBeUndefined();
  advance(MINUTE_MS - 1);
  expect(await ports.seal.open("ticket", ticketOf(startUrl))).toBeDefined();
  advance(1);
  expect(await ports.seal.open("ticket", ticketOf(startUrl))).toBeUndefined();
});

test("the audit tells who accepted which terms, before and after", async () => {
  const { enable, audited, journal } = aConnector();
  journal.before("consents.add", () => expect(inShort(audited)).toEqual(["connector.enable intent"]));
  await enable(script, "3", "call-1");
  expect(inShort(audited)).toEqual(["connector.enable intent", "connector.enable outcome success terms version 3"]);
  for (const { actor, correlationId } of audited)
    expect([actor, correlationId]).toEqual([{ id: "script", kind: "application" }, "call-1"]);
});

test.each(["1", "", "03"])(
  "accepting other terms (version %p) is refused and says which are in force",
  async (version) => {
    const { enable, consents, journal } = aConnector();
    const refused = enable(ada, version, "call-1");
    await expect(refused).rejects.toMatchObject({
      code: "invalid-request",
      message: expect.stringMatching(/version 3.*https:\/\/terms\.example\//),
    });
    expect([consents.values(), journal.calls]).toEqual([[], []]);
  },
);

test("without an audit nothing is made", async () => {
  const { enable, consents, journal } = aConnector();
  journal.fail("audit.intent");
  await expect(enable(ada, "3", "call-1")).rejects.toMatchObject({ code: "upstream-unavailable" });
  expect(consents.values()).toEqual([]);
});
