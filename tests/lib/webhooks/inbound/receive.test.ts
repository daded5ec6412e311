import { describe, expect, test } from "@jest/globals";
import { aDevice } from "../../devices/a-device.ts";
import { codeOf } from "../in-memory.ts";
import { aDesk } from "./a-desk.ts";

const [ONE, TWO] = ["1".repeat(32), "2".repeat(32)] as const;
const DEVICE = "d0000000-0000-4000-8000-000000000001";
const request = { action: "request", deviceId: DEVICE };
const messageRows = ({ tables }: ReturnType<typeof aDesk>) =>
  tables.rows("inbound").map(({ rowKey }) => rowKey.split("~")[0]);

describe("A message", () => {
  test("is done as its source, counted as a call and as a start, and answered with the session", async () => {
    const desk = aDesk();
    const source = await desk.register();
    const answer = await desk.send(
      source,
      { ...request, reason: "Mail", ticket: "INC1", notify: false },
      { id: "m-1" },
    );
    expect(answer).toMatchObject({ status: 201, session: { requestedBy: source.id, reason: "Mail", ticket: "INC1" } });
    expect(answer.session).not.toHaveProperty("supporterUrl");
    expect(desk.done).toEqual([`request application ${source.id} ${DEVICE} m-1 c-2`]);
    expect(desk.admitted).toEqual([source.id, `${source.id} m-1`]);
  });

  test("of a source that may help is answered with the supporter link", async () => {
    const desk = aDesk();
    const source = await desk.register({ rights: ["request", "supporter-link"] });
    expect((await desk.send(source, request)).session.supporterUrl).toBe("https://supporter.example");
  });

  test("is stored before it is done, and when it cannot be, nothing is done", async () => {
    const desk = aDesk();
    const source = await desk.register();
    desk.journal.fail("records.add");
    expect(await codeOf(desk.send(source, request))).toBe("records.add is away");
    expect(desk.done).toEqual([]);
  });

  test("that came before does the same command, whatever its source and the devices are like by then", async () => {
    const desk = aDesk();
    const source = await desk.register();
    desk.devices.push(aDevice({ id: "first", name: "PC" }));
    const message = { action: "request", deviceName: "pc" };
    await desk.send(source, message, { id: "m-1" });
    desk.devices.unshift(aDevice({ id: "second", name: "PC" }));
    await desk.send(source, message, { id: "m-1" });
    expect(desk.done.map((line) => line.split(" ")[3])).toEqual(["first", "first"]);
    expect(await codeOf(desk.send(source, { ...message, reason: "More" }, { id: "m-1" }))).toBe(
      "idempotency-key-reused",
    );
    expect(desk.done).toHaveLength(2);
  });

  test("that another process stored first is that one's: the same is done, another is refused", async () => {
    const desk = aDesk();
    const source = await desk.register();
    const before = async (deviceId: string) => {
      desk.journal.before("records.add", () => desk.send(source, { action: "request", deviceId }, { id: "m-1" }));
    };
    await before(DEVICE);
    expect((await desk.send(source, request, { id: "m-1" })).status).toBe(201);
    expect(new Set(desk.done).size).toBe(1);
    const other = aDesk();
    const next = await other.register();
    other.journal.before("records.add", () => other.send(next, { ...request, reason: "theirs" }, { id: "m-1" }));
    expect(await codeOf(other.send(next, request, { id: "m-1" }))).toBe("idempotency-key-reused");
    expect(other.done).toHaveLength(1);
  });

  test("without its right is refused before anything is looked up, and again when the right goes", async () => {
    const desk = aDesk();
    const source = await desk.register({ rights: ["close"] });
    expect(await codeOf(desk.send(source, request))).toBe("forbidden");
    expect(messageRows(desk)).toEqual(["tickets"]);
    const { id } = desk.session({ id: ONE, requestedBy: source.id });
    await desk.send(source, { action: "close", sessionId: id }, { id: "m-1" });
    await desk.inbound.update(
      { id: "ada", kind: "person", clientId: "x", roles: [] },
      source.id,
      { rights: ["ticket"] },
      "c-1",
    );
    expect(await codeOf(desk.send(source, { action: "close", sessionId: id }, { id: "m-1" }))).toBe("forbidden");
    expect(desk.done).toHaveLength(1);
  });

  test("goes through the mapping of its source, if there is one", async () => {
    const desk = aDesk();
    const mapping = { action: "request", deviceId: "{{ci.id}}", ticket: "{{number}}" };
    const source = await desk.register({ mapping });
    expect((await desk.send(source, { ci: { id: DEVICE }, number: 7 })).session.ticket).toBe("7");
  });
});

describe("A ticket", () => {
  test("is given once: who sends it again is told how the session is now", async () => {
    const desk = aDesk();
    const source = await desk.register();
    desk.session({ id: ONE, requestedBy: source.id });
    const ticket = { action: "ticket", sessionId: ONE, ticket: "INC1" };
    expect(await desk.send(source, ticket, { id: "m-1" })).toMatchObject({ status: 200, session: { ticket: "INC1" } });
    desk.session({ id: ONE, ticket: "INC2" });
    expect(await desk.send(source, ticket, { id: "m-1" })).toMatchObject({ status: 200, session: { ticket: "INC2" } });
    expect(desk.done).toEqual([`ticket application ${source.id} ${ONE} INC1 c-2`]);
    desk.sessions.delete(ONE);
    expect(await codeOf(desk.send(source, ticket, { id: "m-1" }))).toBe("session-not-found");
  });

  test("that was not noted as given is given again", async () => {
    const desk = aDesk();
    const source = await desk.register();
    desk.session({ id: ONE, requestedBy: source.id });
    const ticket = { action: "ticket", sessionId: ONE, ticket: "INC1" };
    desk.journal.fail("records.settle");
    expect(await codeOf(desk.send(source, ticket, { id: "m-1" }))).toBe("records.settle is away");
    await desk.send(source, ticket, { id: "m-1" });
    expect(desk.done).toHaveLength(2);
    expect(desk.journal.countOf("records.settle")).toBe(2);
    await desk.send(source, ticket, { id: "m-1" });
    expect([desk.done.length, desk.journal.countOf("records.settle")]).toEqual([2, 2]);
  });
});

describe("Closing", () => {
  test("by an id closes that one, by a ticket all that are not over, the newest first", async () => {
    const desk = aDesk();
    const source = await desk.register();
    const ids: string[] = [];
    for (const index of [1, 2, 3]) {
      desk.advance(1000);
      ids.push((await desk.send(source, { ...request, ticket: "INC1" }, { id: `m-${index}` })).session.id);
    }
    const [first = "", second = "", third = ""] = ids;
    await desk.send(source, { action: "close", sessionId: second });
    const answer = await desk.send(source, { action: "close", ticket: "INC1" });
    expect(answer).toMatchObject({ status: 200, session: { id: third, state: "closed" } });
    expect(desk.done.slice(3).map((line) => line.split(" ")[3])).toEqual([second, third, first]);
    expect((await desk.send(source, { action: "close", ticket: "INC1" })).session.id).toBe(third);
    expect(desk.done).toHaveLength(7);
  });

  test("by a ticket finds those that were given it, and not those that have another by now", async () => {
    const desk = aDesk();
    const source = await desk.register();
    for (const id of [ONE, TWO]) desk.session({ id, requestedBy: source.id });
    await desk.send(source, { action: "ticket", sessionId: ONE, ticket: "INC1" });
    await desk.send(source, { action: "ticket", sessionId: TWO, ticket: "INC1" });
    await desk.send(source, { action: "ticket", sessionId: TWO, ticket: "INC2" });
    expect((await desk.send(source, { action: "close", ticket: "INC1" })).session.id).toBe(ONE);
    expect(desk.sessions.get(TWO)?.state).toBe("open");
    expect(await codeOf(desk.send(source, { action: "close", ticket: "INC3" }))).toBe("session-not-found");
  });

  test("reaches sessions of others with the right to any, and then alone", async () => {
    const desk = aDesk();
    const [source, mighty] = [
      await desk.register(),
      await desk.register({ name: "mighty", rights: ["close", "ticket", "any-session"] }),
    ];
    desk.session({ id: ONE, requestedBy: "bruno" });
    for (const message of [
      { action: "close", sessionId: ONE },
      { action: "ticket", sessionId: ONE, ticket: "INC1" },
    ])
      expect(await codeOf(desk.send(source, message))).toBe("session-not-found");
    expect(desk.done).toEqual([]);
    await desk.send(mighty, { action: "ticket", sessionId: ONE, ticket: "INC1" });
    expect((await desk.send(mighty, { action: "close", ticket: "INC1" })).session.id).toBe(ONE);
  });
});

describe("A device", () => {
  test.each([
    [{ deviceName: "PC" }, "device-not-found"],
    [{ deviceName: "pc-1" }, "one"],
    [{ serialNumber: "SN1" }, "one"],
    [{ serialNumber: "sn2" }, "device-ambiguous"],
    [{ serialNumber: "PC-1" }, "device-not-found"],
    [{ deviceName: "SN1" }, "device-not-found"],
  ])("named by %j is %s", async (named, expected) => {
    const desk = aDesk();
    const source = await desk.register();
    desk.devices.push(
      aDevice({ id: "one", name: "PC-1", serialNumber: "SN1" }),
      aDevice({ id: "two", name: "PC-10", serialNumber: "SN2" }),
      aDevice({ id: "three", name: "PC-11", serialNumber: "SN2" }),
    );
    const end = await codeOf(desk.send(source, { action: "request", ...named }));
    expect(end === "done" ? desk.done[0]?.split(" ")[3] : end).toBe(expected);
  });
});
