import { beforeEach, expect, test } from "@jest/globals";
import { makeCheckSealing } from "../../../lib/audit/check-sealing.ts";
import { AppError } from "../../../lib/errors.ts";
import { type AuditInMemory, anEntry, minute, startAudit } from "./an-audit.ts";

let audit: AuditInMemory;
let check: () => Promise<void>;
beforeEach(() => {
  audit = startAudit();
  check = makeCheckSealing(audit);
});

test("an audit without entries has nothing to seal: that is no fault", async () => {
  audit.setClock(600);
  await expect(check()).resolves.toBeUndefined();
});

test("an entry may wait a quarter of an hour for its seal, not longer", async () => {
  audit.write(anEntry(0));
  audit.setClock(15);
  await expect(check()).resolves.toBeUndefined();
  audit.setClock(15.001);
  const failure = await check().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "upstream-unavailable", retryAfterSeconds: 60 });
  expect(String(failure)).toMatch(/seal-audit.*Key Vault Crypto User.*AzureWebJobsStorage__blobServiceUri/s);
});

test("what refuses is told in its own words, where it still refuses", async () => {
  audit.write(anEntry(0));
  audit.setClock(16);
  const refusing = (words: string) => async () => {
    throw new AppError("upstream-unavailable", words);
  };
  const chain = { tail: refusing("Give Blob.") };
  await expect(makeCheckSealing({ ...audit, chain })()).rejects.toThrow("Give Blob.");
  const keys = { current: refusing("Give Crypto.") };
  await expect(makeCheckSealing({ ...audit, keys })()).rejects.toThrow("Give Crypto.");
});

test("what is sealed waits no more, nor does what is older than anything kept", async () => {
  audit.write(anEntry(0), anEntry(-61));
  audit.reached.push(minute(1));
  audit.setClock(600);
  await expect(check()).resolves.toBeUndefined();
  audit.write(anEntry(1));
  await expect(check()).rejects.toThrow(/15 minutes/);
});

test("right after a seal nothing is read", async () => {
  const auditLog = {
    ...audit.auditLog,
    read: () => {
      throw new Error("nothing is to be read");
    },
  };
  audit.reached.push(minute(0));
  audit.setClock(15);
  await expect(makeCheckSealing({ ...audit, auditLog })()).resolves.toBeUndefined();
});
