import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeListAudit } from "../../../lib/audit/list.ts";
import type { AuditQuery } from "../../../lib/audit/ports.ts";
import { type AuditInMemory, anEntry, collected, idAt, minute, START, startAudit } from "./an-audit.ts";

const OLDEST = new Date("2026-10-01T00:00:00.000Z");
const LATEST = new Date(START.getTime() + 60_000);

let audit: AuditInMemory;
let asked: AuditQuery[];
let list: ReturnType<typeof makeListAudit>;

beforeEach(() => {
  audit = startAudit();
  asked = [];
  const read: AuditInMemory["auditLog"]["read"] = (query, afterId) => {
    asked.push(query);
    return audit.auditLog.read(query, afterId);
  };
  list = makeListAudit({ auditLog: { ...audit.auditLog, read }, now: audit.now, auditRetentionMonths: 1 });
});

describe("The range that is looked through", () => {
  test("is all that is kept, and a minute more for clocks that differ", async () => {
    await collected(list.all({ deviceId: "d1", action: "session." }));
    expect(asked).toEqual([{ deviceId: "d1", action: "session.", from: OLDEST, to: LATEST }]);
  });

  test("is the one that was asked for, within what is kept", async () => {
    const [from, to] = [minute(-10), minute(-5)];
    await collected(list.all({ from, to }));
    await collected(list.all({ from: new Date(0), to: minute(60) }));
    expect(asked).toEqual([
      { from, to },
      { from: OLDEST, to: LATEST },
    ]);
  });
});

describe("A page of the audit", () => {
  beforeEach(() => audit.write(...[-5, -4, -3, -2, -1].map((minutes) => anEntry(minutes))));
  const ids = (value: { id: string }[]) => value.map(({ id }) => id);

  test("is newest first, and names the last it shows when there is more", async () => {
    const first = await list.page({}, { top: 3 });
    expect([ids(first.value), first.nextPage]).toEqual([[-1, -2, -3].map((at) => idAt(minute(at))), idAt(minute(-3))]);
    const second = await list.page({}, { top: 3, page: first.nextPage });
    expect(second).toEqual({ value: [anEntry(-4), anEntry(-5)] });
  });

  test("that holds all there is has no next one", async () => {
    const { value, ...rest } = await list.page({}, { top: 5 });
    expect([value.length, rest]).toEqual([5, {}]);
  });

  test("cannot be asked for by what is no page", async () => {
    await expect(list.page({}, { top: 2, page: "2" })).rejects.toMatchObject({ code: "invalid-request" });
    expect(asked).toEqual([]);
  });
});
