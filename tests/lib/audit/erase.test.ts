import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeErasePerson, makeFinishErasures } from "../../../lib/audit/erase.ts";
import type { PeopleStore } from "../../../lib/audit/ports.ts";
import { makeAudit } from "../../../lib/audit/record.ts";
import { ANA, type AuditInMemory, anEntry, BRUNO, ROBOT, startAudit } from "./an-audit.ts";

let audit: AuditInMemory;
beforeEach(() => {
  audit = startAudit();
});

const erasing = (change: { people?: Partial<PeopleStore>; replacePerson?: AuditInMemory["replacePerson"] } = {}) => {
  const deps = { ...audit, ...change, people: { ...audit.people, ...change.people }, audit: makeAudit(audit) };
  return { erase: makeErasePerson(deps), finish: makeFinishErasures(deps) };
};
const written = () => [...audit.entries.values()];
const erasures = () => written().filter(({ action }) => action === "audit.erase");
const phases = () => erasures().map(({ phase, result, actor }) => [actor.id, phase, ...(result ? [result] : [])]);

describe("Erasing a person", () => {
  test("puts the pseudonym into each of their entries, forgets the salt, and is audited", async () => {
    const { pseudonym } = audit.know(ANA.id);
    audit.write(anEntry(0, { actor: ANA }), anEntry(1, { actor: BRUNO }), anEntry(2, { actor: ANA }));
    expect(await erasing().erase(ROBOT, ANA.id, "call-7")).toEqual({ erased: 2 });
    expect(written().slice(0, 3)).toEqual([
      anEntry(0, { actor: { ...ANA, id: pseudonym } }),
      anEntry(1, { actor: BRUNO }),
      anEntry(2, { actor: { ...ANA, id: pseudonym } }),
    ]);
    expect(audit.known.size).toBe(0);
    expect(phases()).toEqual([
      [ROBOT.id, "intent"],
      [ROBOT.id, "outcome", "success"],
    ]);
    expect(erasures().map(({ correlationId }) => correlationId)).toEqual(["call-7", "call-7"]);
  });

  test("whom no seal knows yet works as well, and two people never get the same pseudonym", async () => {
    audit.write(anEntry(0, { actor: ANA }), anEntry(1, { actor: BRUNO }));
    for (const { id } of [ANA, BRUNO]) expect(await erasing().erase(ROBOT, id, "call")).toEqual({ erased: 1 });
    const [one, two] = written().map(({ actor }) => actor.id);
    expect([one, two]).toEqual([expect.stringMatching(/^erased:[0-9a-f]{64}$/), expect.stringMatching(/^erased:/)]);
    expect(one).not.toBe(two);
    expect(audit.known.size).toBe(0);
  });

  test("who erases themselves stands in no entry about it either", async () => {
    const { pseudonym } = audit.know(ANA.id);
    await erasing().erase(ANA, ANA.id, "call");
    expect(phases()).toEqual([
      [pseudonym, "intent"],
      [pseudonym, "outcome", "success"],
    ]);
    expect(erasures().at(-1)?.actor).toEqual({ ...ANA, id: pseudonym });
  });

  test("is noted at the person first: until that is done no entry changes", async () => {
    audit.write(anEntry(0, { actor: ANA }));
    const update = async () => {
      throw new Error("the table is away");
    };
    await expect(erasing({ people: { update } }).erase(ROBOT, ANA.id, "call")).rejects.toThrow("away");
    expect(written()[0]).toEqual(anEntry(0, { actor: ANA }));
    expect([...audit.known.values()]).toMatchObject([{ id: ANA.id, usedIn: "2026-11" }]);
    expect(phases()).toEqual([[ROBOT.id, "intent"]]);
  });

  test("is not begun when the audit cannot be written", async () => {
    audit.know(ANA.id);
    const append = async () => {
      throw new Error("the table is away");
    };
    const broken = makeAudit({ ...audit, auditLog: { ...audit.auditLog, append } });
    const erase = makeErasePerson({ ...audit, audit: broken });
    await expect(erase(ROBOT, ANA.id, "call")).rejects.toMatchObject({ code: "upstream-unavailable" });
    expect(audit.known.get(ANA.id)?.erasure).toBeUndefined();
  });

  test("goes on with what it finds when somebody else changes the person meanwhile", async () => {
    audit.know(ANA.id);
    let races = 2;
    const update: PeopleStore["update"] = async (person) => {
      races -= 1;
      if (races < 0) return audit.people.update(person);
      audit.know(ANA.id, { usedIn: `2026-1${races}` });
      return undefined;
    };
    audit.write(anEntry(0, { actor: ANA }));
    expect(await erasing({ people: { update } }).erase(ROBOT, ANA.id, "call")).toEqual({ erased: 1 });
    expect(audit.known.size).toBe(0);
  });

  test("looks again until nothing is left: entries may be written meanwhile", async () => {
    audit.know(ANA.id);
    audit.write(anEntry(0, { actor: ANA }));
    let isWritten = false;
    const replacePerson: AuditInMemory["replacePerson"] = async (...asked) => {
      const replaced = await audit.replacePerson(...asked);
      if (!isWritten) audit.write(anEntry(1, { actor: ANA }));
      isWritten = true;
      return replaced;
    };
    expect(await erasing({ replacePerson }).erase(ROBOT, ANA.id, "call")).toEqual({ erased: 2 });
    expect(JSON.stringify(written())).not.toContain(ANA.id);
  });
});

describe("An erasure that somebody else began", () => {
  const begun = anEntry(5, { action: "audit.erase" });

  test("is brought to its end with their outcome and one of one's own", async () => {
    audit.know(ANA.id, { erasure: begun });
    audit.write(anEntry(0, { actor: ANA }));
    expect(await erasing().erase(BRUNO, ANA.id, "call")).toEqual({ erased: 1 });
    expect(phases()).toEqual([
      [BRUNO.id, "intent"],
      [begun.actor.id, "outcome", "success"],
      [BRUNO.id, "outcome", "success"],
    ]);
  });

  test("of oneself leaves no trace in that one either", async () => {
    const { pseudonym } = audit.know(ANA.id, { erasure: begun });
    await erasing().erase(ANA, ANA.id, "call");
    expect(phases().at(-1)).toEqual([pseudonym, "outcome", "success"]);
    expect(JSON.stringify(written())).not.toContain(ANA.id);
  });

  test("is finished by the timer, which leaves everybody else alone", async () => {
    audit.know(ANA.id, { erasure: begun });
    audit.know(BRUNO.id);
    audit.write(anEntry(0, { actor: ANA }), anEntry(1, { actor: BRUNO }));
    await erasing().finish();
    expect([...audit.known.keys()]).toEqual([BRUNO.id]);
    expect(written().map(({ actor }) => actor.id)).toEqual([expect.stringMatching(/^erased:/), BRUNO.id, ROBOT.id]);
    expect(erasures()).toEqual([begun]);
  });

  test.each([
    ["ended, and the person is new since", { salt: Buffer.alloc(32, 5).toString("base64url"), erasure: begun }],
    ["ended, and the person is not being erased any more", { erasure: undefined }],
  ])("and that %s changes no entry", async (_, since) => {
    const person = audit.know(ANA.id, { erasure: begun });
    audit.write(anEntry(0, { actor: ANA }));
    const people = {
      ...audit.people,
      async *all() {
        yield person;
      },
    };
    audit.know(ANA.id, since);
    await erasing({ people }).finish();
    expect(written()[0]).toEqual(anEntry(0, { actor: ANA }));
    expect(audit.known.has(ANA.id)).toBe(true);
    audit.known.delete(ANA.id);
    await erasing({ people }).finish();
    expect(written()[0]).toEqual(anEntry(0, { actor: ANA }));
  });
});
