import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type AuditEntry, auditEntrySchema } from "../../lib/audit/entry.ts";
import { listSchema } from "../../lib/http/paging.ts";
import type { SessionView } from "../../lib/sessions/session.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { connecting } from "../connect.ts";
import { must, requesting } from "../requesting.ts";

type List = { value: AuditEntry[]; nextPage?: string };

const [BRUNO, CHIARA] = ["10000000-0000-4000-8000-000000000002", "10000000-0000-4000-8000-000000000003"];

let product: TestApp;
let agent: ReturnType<typeof requesting>;
let sessions: SessionView[];
/** All entries, newest first, as the tables hold them. */
let entries: AuditEntry[];

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  await connecting(product).connected();
  sessions = [await agent.open(), await agent.open({}, { as: "Chiara Agent" })];
  product.clock.advance(1000);
  await agent.deliverAll();
  product.clock.advance(1000);
  await agent.call("POST", `/api/sessions/${sessions[0]?.id}/close`, { as: "Chiara Agent" });
  entries = (await agent.audited()).reverse();
});

afterAll(() => product.stop());

const ask = (query = "", as = "Dev Auditor") => agent.call("GET", `/api/audit${query}`, { as });
const list = async (query = "") => must(await ask(query), 200).json<List>();
const expected = (fits: (entry: AuditEntry) => boolean) => entries.filter(fits);

describe("The audit", () => {
  test("is read newest first, as the schema says: who did what, before and after it", async () => {
    const all = await list();
    expect(listSchema(auditEntrySchema).parse(all)).toEqual(all);
    expect(all).toEqual({ value: entries });
    const story = entries
      .filter(({ sessionId }) => sessionId === sessions[0]?.id)
      .map(({ action, phase, result, actor }) => [action, result ?? phase, actor.id]);
    expect(story.reverse()).toEqual([
      ["session.request", "intent", BRUNO],
      ["session.request", "success", BRUNO],
      ["notification.send", "intent", "connector"],
      ["notification.send", "success", "connector"],
      ["session.close", "intent", CHIARA],
      ["session.close", "success", CHIARA],
    ]);
  });

  test("joins both halves of an action to the log by the same correlation id", async () => {
    const { value } = await list(`?session=${sessions[1]?.id}&action=session.request`);
    expect(value).toHaveLength(2);
    expect(new Set(value.map(({ correlationId }) => correlationId)).size).toBe(1);
  });

  test("can be kept to a device, a session, a person, an action or kind of action, a time and all of them", async () => {
    const [first, second] = sessions;
    const at = String(entries[0]?.at);
    expect((await list(`?device=${first?.device.id.toUpperCase()}`)).value).toEqual(
      expected(({ deviceId }) => deviceId === first?.device.id),
    );
    expect((await list(`?session=${second?.id}`)).value).toEqual(expected(({ sessionId }) => sessionId === second?.id));
    expect((await list(`?actor=${CHIARA}`)).value).toEqual(expected(({ actor }) => actor.id === CHIARA));
    expect((await list("?actor=connector")).value).toEqual(expected(({ actor }) => actor.id === "connector"));
    expect((await list("?action=session.close")).value).toEqual(expected(({ action }) => action === "session.close"));
    expect((await list("?action=session.")).value).toEqual(expected(({ action }) => action.startsWith("session.")));
    expect((await list(`?from=${at}`)).value).toEqual(expected((entry) => entry.at >= at));
    expect((await list(`?to=${at}`)).value).toEqual(expected((entry) => entry.at < at));
    expect((await list(`?session=${first?.id}&actor=${CHIARA}&action=session.&from=${at}`)).value).toEqual(
      expected(({ sessionId, actor }) => sessionId === first?.id && actor.id === CHIARA),
    );
    expect((await list("?session=nobody")).value).toEqual([]);
  });

  test("takes times with an offset", async () => {
    const at = new Date(String(entries[0]?.at));
    const local = new Date(at.getTime() + 2 * 3_600_000).toISOString().replace("Z", "%2B02:00");
    expect((await list(`?from=${local}`)).value).toEqual(expected((entry) => entry.at >= at.toISOString()));
  });

  test.each(["' or actorId ne '", "x' or 1 eq 1 or actorId eq 'x"])("takes %j as a value", async (hostile) => {
    expect((await list(`?session=${encodeURIComponent(hostile)}`)).value).toEqual([]);
    expect((await list(`?actor=${encodeURIComponent(hostile)}`)).value).toEqual([]);
  });

  test.each(["", "&action=session."])("is the same page by page (%s), in pages of any size", async (filter) => {
    const whole = (await list(`?top=200${filter}`)).value;
    for (const top of [1, 3]) {
      const seen: AuditEntry[] = [];
      let page: string | undefined;
      do {
        const answer = await list(`?top=${top}${filter}${page ? `&page=${page}` : ""}`);
        expect(answer.value.length).toBeLessThanOrEqual(top);
        seen.push(...answer.value);
        page = answer.nextPage;
      } while (page);
      expect(seen).toEqual(whole);
    }
  });

  test("comes whole as one JSON object a line", async () => {
    const { headers, text } = must(await ask("?format=ndjson"), 200);
    expect(headers.get("content-type")).toBe("application/x-ndjson");
    expect(text.endsWith("\n")).toBe(true);
    expect(
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(entries);
  });

  test("comes whole as CSV with a header", async () => {
    const { headers, text } = must(await ask("?format=csv&action=session."), 200);
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const [head, ...rows] = text.trimEnd().split("\r\n");
    expect(head).toBe("id,at,actorId,actorKind,action,phase,result,reason,deviceId,sessionId,correlationId");
    const wanted = expected(({ action }) => action.startsWith("session."));
    expect(rows.map((row) => row.split(",").slice(0, 6))).toEqual(
      wanted.map(({ id, at, actor, action, phase }) => [id, at, actor.id, actor.kind, action, phase]),
    );
  });

  test.each(["csv", "ndjson"])(
    "comes as %s in parts, each with the address of the next, and together they are the whole",
    async (format) => {
      const filter = `?format=${format}&action=session.`;
      const whole = must(await ask(filter), 200).text;
      let [joined, parts] = ["", 0];
      for (let query: string | undefined = `${filter}&top=3`; query; parts += 1) {
        const { headers, text } = must(await ask(query), 200);
        expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(4);
        joined += text;
        query = /^<(\?[^>]+)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
      }
      expect(joined).toBe(whole);
      expect(parts).toBe(Math.ceil(expected(({ action }) => action.startsWith("session.")).length / 3));
    },
  );

  test.each([
    "?format=csv&top=10001",
    "?from=yesterday",
    "?to=2026-13-01T00:00:00Z",
    "?device=PHONE-ANA",
    "?action=SESSION.",
    "?action=session.*",
    "?format=xml",
    "?page=bm90IG91cnM",
    "?page=0000000000000000001-' or 1 eq 1",
    "?top=0",
    "?state=open",
    "?actor=a&actor=b",
  ])("refuses %s", async (query) => {
    const answer = await ask(query);
    expect([answer.status, answer.json().code]).toEqual([400, "invalid-request"]);
  });
});
