import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { aConnector, ada, MINUTE_MS } from "./a-connector.ts";

const over = { code: "consent-expired", message: expect.stringMatching(/again/) };

async function asked() {
  const connector = aConnector();
  const consent = await connector.enable(ada, "3", "call-1");
  return { ...connector, consent, ticket: new URL(consent.startUrl).searchParams.get("ticket") ?? "" };
}

test("the link leads to TeamViewer with the state, and binds the consent to this browser for ten minutes", async () => {
  const { start, ticket, consent, consents, ports, advance } = await asked();
  const { location, cookie, cookieSeconds } = await start(ticket);
  const state = new URL(location).searchParams.get("state") ?? "";
  expect(createHash("sha256").update(state).digest("hex")).toBe(consent.id);
  expect(cookieSeconds).toBe(600);
  const opened = await ports.seal.open("cookie", cookie);
  expect(opened).toEqual({
    id: consent.id,
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    consent: JSON.stringify(consents.values()[0]),
    etag: expect.any(String),
  });
  const nonceHash = createHash("sha256").update(String(opened?.nonce)).digest("hex");
  expect(consents.values()).toEqual([expect.objectContaining({ status: "started", nonceHash, requestedBy: "ada" })]);
  advance(10 * MINUTE_MS - 1);
  expect(await ports.seal.open("cookie", cookie)).toBeDefined();
  advance(1);
  expect(await ports.seal.open("cookie", cookie)).toBeUndefined();
});

test("it works once", async () => {
  const { start, ticket } = await asked();
  await start(ticket);
  await expect(start(ticket)).rejects.toMatchObject(over);
});

test("of two browsers that open it at once, one goes on", async () => {
  const { start, ticket, consents } = await asked();
  const [first, second] = await Promise.allSettled([start(ticket), start(ticket)]);
  expect([first?.status, second?.status].sort()).toEqual(["fulfilled", "rejected"]);
  expect(consents.values()).toHaveLength(1);
});

describe("a link is over", () => {
  test("when the consent is, whatever the ticket says", async () => {
    const { start, ports, consent, consents } = await asked();
    const state = "r".repeat(43);
    const ticket = await ports.seal.close("ticket", { state }, 60 * MINUTE_MS);
    const id = createHash("sha256").update(state).digest("hex");
    const [pending] = consents.values();
    if (!pending) throw new Error("no consent");
    consents.put({ ...pending, id, expiresAt: ports.now().toISOString() });
    await expect(start(ticket)).rejects.toMatchObject(over);
    consents.touch(id, { expiresAt: new Date(ports.now().getTime() + 1).toISOString() });
    expect(await start(ticket)).toMatchObject({ cookieSeconds: 600 });
    expect(consent.id).not.toBe(id);
  });

  test("when its ticket is not ours, or holds no state", async () => {
    const { start, ports } = await asked();
    await expect(start("anything")).rejects.toMatchObject(over);
    await expect(start(await ports.seal.close("ticket", {}, MINUTE_MS))).rejects.toMatchObject(over);
    await expect(start(await ports.seal.close("ticket", { state: "unknown" }, MINUTE_MS))).rejects.toMatchObject(over);
  });

  test("when the ticket is one of another purpose", async () => {
    const { start, ticket } = await asked();
    const { cookie } = await start(ticket);
    await expect(start(cookie)).rejects.toMatchObject(over);
  });
});
