import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeForgetPeople, makeSaltsOf } from "../../../lib/audit/salts.ts";
import { ANA, type AuditInMemory, anEntry, BRUNO, ROBOT, startAudit } from "./an-audit.ts";

let audit: AuditInMemory;
beforeEach(() => {
  audit = startAudit();
});

const erasure = anEntry(0, { action: "audit.erase" });

describe("The salts of the people in entries", () => {
  test("are made once for each person; machines and who is erased have none", async () => {
    const salts = await makeSaltsOf(audit)([
      anEntry(0, { actor: ANA }),
      anEntry(1, { actor: ROBOT }),
      anEntry(2, { actor: ANA }),
      anEntry(3, { actor: BRUNO }),
      anEntry(4, { actor: { id: "erased:00", kind: "person" } }),
    ]);
    expect([...(salts ?? [])].map(([id]) => id)).toEqual([ANA.id, BRUNO.id]);
    expect(salts?.get(ANA.id)).not.toBe(salts?.get(BRUNO.id));
    expect([...audit.known.values()]).toEqual(
      [ANA, BRUNO].map(({ id }) => ({ id, salt: salts?.get(id), usedIn: "2026-11", etag: expect.any(String) })),
    );
  });

  test("stay what they were, and the month they are used in is noted", async () => {
    const { salt, etag } = audit.know(ANA.id, { usedIn: "2026-10" });
    expect(await makeSaltsOf(audit)([anEntry(0, { actor: ANA })])).toEqual(new Map([[ANA.id, salt]]));
    expect(audit.known.get(ANA.id)).toMatchObject({ salt, usedIn: "2026-11" });
    expect(audit.known.get(ANA.id)?.etag).not.toBe(etag);
  });

  test("used in this month or a later one are not written again", async () => {
    for (const usedIn of ["2026-11", "2026-12"]) {
      const { etag } = audit.know(ANA.id, { usedIn });
      await makeSaltsOf(audit)([anEntry(0, { actor: ANA })]);
      expect(audit.known.get(ANA.id)).toMatchObject({ usedIn, etag });
    }
  });

  test("are not given while one of the people is being erased", async () => {
    audit.know(BRUNO.id, { erasure });
    const entries = [anEntry(0, { actor: ANA }), anEntry(1, { actor: BRUNO })];
    expect(await makeSaltsOf(audit)(entries)).toBeUndefined();
  });

  test("are not given when somebody else adds or changes the person meanwhile", async () => {
    const entries = [anEntry(0, { actor: ANA })];
    const raced = { ...audit.people, add: async () => false, update: async () => undefined };
    expect(await makeSaltsOf({ ...audit, people: raced })(entries)).toBeUndefined();
    audit.know(ANA.id, { usedIn: "2026-10" });
    expect(await makeSaltsOf({ ...audit, people: raced })(entries)).toBeUndefined();
  });
});

test("people are forgotten when they stand in no month that is kept, but not in the middle of an erasure", async () => {
  audit.know(ANA.id, { usedIn: "2026-10" });
  audit.know(BRUNO.id, { usedIn: "2026-10", erasure });
  audit.know("carla", { usedIn: "2026-11" });
  await makeForgetPeople({ people: audit.people, oldestKept: () => new Date("2026-11-01T00:00:00Z") })();
  expect([...audit.known.keys()]).toEqual([BRUNO.id, "carla"]);
});
