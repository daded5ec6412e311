import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { listSchema } from "../../lib/http/paging.ts";
import { type SessionView, sessionViewSchema } from "../../lib/sessions/session.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { must, requesting } from "../requesting.ts";

type List = { value: SessionView[]; nextPage?: string };

const [BRUNO, CHIARA] = ["10000000-0000-4000-8000-000000000002", "10000000-0000-4000-8000-000000000003"];

let product: TestApp;
let agent: ReturnType<typeof requesting>;
/** Oldest first: sessions of two agents on two devices, some of the same millisecond, some closed, some listed. */
const made: SessionView[] = [];

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  await connecting(product).connected();
  const devices = [agent.device().id, agent.device("PC-001").id];
  for (let index = 0; index < 12; index += 1) {
    if (index % 3 === 0) product.clock.advance(1000);
    if (index === 6) await agent.follow();
    const as = index % 4 === 0 ? "Chiara Agent" : "Bruno Agent";
    const session = await agent.open({ deviceId: devices[index % 2] }, { as });
    if (index % 5 === 0) await agent.call("POST", `/api/sessions/${session.id}/close`);
    made.push(session);
  }
});

afterAll(() => product.stop());

const list = async (query = "", as = "Dev Auditor") =>
  must(await agent.call("GET", `/api/sessions${query}`, { as }), 200).json<List>();
const ids = ({ value }: List) => value.map(({ id }) => id);
/** Those that fit, newest first; of the same millisecond in the order of their ids. */
const expected = (fits: (session: SessionView, index: number) => boolean = () => true) =>
  made
    .filter(fits)
    .sort((a, b) => b.requestedAt.localeCompare(a.requestedAt) || a.id.localeCompare(b.id))
    .map(({ id }) => id);

describe("The list of sessions", () => {
  test("shows all of them newest first, as the schema says, whether follow-sessions listed them or not", async () => {
    const all = await list();
    expect(listSchema(sessionViewSchema).parse(all)).toEqual(all);
    expect(ids(all)).toEqual(expected());
    expect(all.nextPage).toBeUndefined();
  });

  test("holds no supporter link, not even for the one who asked", async () => {
    for (const as of ["Bruno Agent", "Chiara Agent", "Dev Auditor", "Everything robot"]) {
      const { text } = await agent.call("GET", "/api/sessions", { as });
      expect(text).not.toContain("supporterUrl");
      for (const { supporterUrl = "" } of made) expect(text).not.toContain(supporterUrl);
    }
  });

  test("can be kept to a device, a person, a state and all of them together", async () => {
    const [first, second] = made;
    const [phone, pc] = [first?.device.id, second?.device.id];
    expect(ids(await list(`?device=${phone?.toUpperCase()}`))).toEqual(expected(({ device }) => device.id === phone));
    expect(ids(await list(`?requestedBy=${CHIARA}`))).toEqual(expected(({ requestedBy }) => requestedBy === CHIARA));
    expect(ids(await list("?state=closed"))).toEqual(expected((_, index) => index % 5 === 0));
    expect(ids(await list(`?device=${phone}&requestedBy=${BRUNO}`))).toEqual(
      expected(({ device, requestedBy }) => device.id === phone && requestedBy === BRUNO),
    );
    expect(ids(await list(`?device=${pc}&requestedBy=${BRUNO}&state=closed`))).toEqual(
      expected(({ device, requestedBy }, index) => device.id === pc && requestedBy === BRUNO && index % 5 === 0),
    );
    expect(ids(await list("?state=failed"))).toEqual([]);
  });

  test.each(["", "&state=open", `&requestedBy=${BRUNO}`])(
    "is the same page by page (%s), in pages of any size",
    async (filter) => {
      const whole = ids(await list(`?top=200${filter}`));
      for (const top of [1, 2, 5]) {
        const seen: string[] = [];
        let page: string | undefined;
        do {
          const answer = await list(`?top=${top}${filter}${page ? `&page=${page}` : ""}`);
          expect(answer.value.length).toBeLessThanOrEqual(top);
          seen.push(...ids(answer));
          page = answer.nextPage;
        } while (page);
        expect(seen).toEqual(whole);
      }
    },
  );

  test("goes on where it was even when newer sessions and follow-sessions came in between", async () => {
    const first = await list("?top=3");
    const before = expected();
    product.clock.advance(1000);
    made.push(await agent.open());
    await agent.follow();
    expect(ids(await list(`?top=200&page=${first.nextPage}`))).toEqual(before.slice(3));
    expect(ids(await list())).toEqual(expected());
  });

  test.each([
    "?state=done",
    "?device=PHONE-ANA",
    "?requestedBy=me",
    "?page=bm90IG91cnM",
    "?top=0",
    "?filter=x",
    `?page=${Buffer.from("2026-11-22T10:00:00Z 0' or '1' eq '1").toString("base64url")}`,
  ])("refuses %s", async (query) => {
    const answer = await agent.call("GET", `/api/sessions${query}`);
    expect([answer.status, answer.json().code]).toEqual([400, "invalid-request"]);
  });
});
