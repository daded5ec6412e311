import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManagedIdentityCredential } from "@azure/identity";
import { KeyClient } from "@azure/keyvault-keys";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { makeNewAuditId, makeTableAuditLog } from "../../lib/adapters/azure/audit-log.ts";
import { notingLateEntries } from "../../lib/adapters/azure/sealing-notes.ts";
import { makeTables } from "../../lib/adapters/azure/table.ts";
import { type SealLine, sealLineSchema } from "../../lib/audit/seal.ts";
import { startTestApp, type TestApp } from "../app.ts";
import { must, requesting } from "../requesting.ts";
import { auditing, type Exported, verify } from "../sealed.ts";

const MINUTE_MS = 60_000;
const [ADA, ROBOT] = ["10000000-0000-4000-8000-000000000001", "Everything robot"];

let product: TestApp;
let agent: ReturnType<typeof requesting>;
let auditor: ReturnType<typeof auditing>;

beforeAll(async () => {
  product = await startTestApp();
  agent = requesting(product);
  auditor = auditing(product);
});

beforeEach(() => product.reset());
afterEach(() => product.clearFaults());

afterAll(() => product.stop());

/** Two entries: what somebody was about to do, and did. */
async function act(as = "Ada Administrator") {
  const body = { termsVersion: "1", termsAccepted: true };
  must(await product.request("POST", "/api/connector/consents", { token: await product.tokenFor(as), body }), 201);
}

/** The audit as the product writes it. */
function auditLog() {
  const { connectionString } = product.around.storage;
  const tables = makeTables({ connectionString }, new ManagedIdentityCredential(), randomUUID);
  return notingLateEntries(makeTableAuditLog(tables), tables("seals"), product.clock.now);
}

const linesOf = ({ seals }: Exported) => seals.map((line) => sealLineSchema.parse(JSON.parse(line)));
const sealsOf = (exported: Exported) =>
  linesOf(exported).flatMap((line) => (line.kind === "seal" ? [line] : ([] as Extract<SealLine, { kind: "seal" }>[])));
const sealedIds = (exported: Exported) => sealsOf(exported).flatMap(({ leaves }) => leaves.map(({ id }) => id));
const auditIds = async () => (await agent.audited()).map(({ id }) => id);

async function health() {
  product.clock.advance(16_000);
  const answer = await product.request("GET", "/api/health", { token: await product.tokenFor("Dev Auditor") });
  return answer.json<{ dependencies: Record<string, { status: string; detail?: string }> }>().dependencies.auditSeals;
}

describe("Each minute the audit is sealed:", () => {
  test("entries of the minutes that are over, each once, in seals that follow from each other", async () => {
    for (let round = 0; round < 3; round += 1) {
      await act();
      await auditor.seal(2);
    }
    const exported = await auditor.exported();
    expect(sealedIds(exported).sort()).toEqual((await auditIds()).sort());
    expect(sealsOf(exported).map(({ sequence, leaves }) => [sequence, leaves.length])).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
    expect((await verify(exported)).isWhole).toBe(true);
  });

  test("what is younger than a minute waits for the next seal, and is counted as not sealed yet", async () => {
    await auditor.seal();
    await act();
    await auditor.seal(0);
    const exported = await auditor.exported();
    expect(sealedIds(exported)).toEqual([]);
    expect((await verify(exported)).lines.join("\n")).toContain("2 not sealed yet, 0 sealed late");
  });

  test("a quiet audit is sealed once an hour", async () => {
    for (let minute = 0; minute < 130; minute += 10) await auditor.seal(10);
    expect(sealsOf(await auditor.exported())).toHaveLength(3);
  });

  test("an entry that is written long after its time is sealed late, and no one takes it for inserted", async () => {
    const entry = {
      id: makeNewAuditId(() => "00000000000000ff")(product.clock.now()),
      at: product.clock.now().toISOString(),
      actor: { id: ADA, kind: "person" as const },
      action: "session.close" as const,
      phase: "outcome" as const,
      result: "success" as const,
      correlationId: "late",
    };
    for (let minute = 0; minute < 40; minute += 2) {
      await act(ROBOT);
      await auditor.seal(2);
    }
    await auditLog().append(entry);
    const before = await auditor.verified();
    expect([before.isWhole, before.lines.join("\n")]).toEqual([true, expect.stringContaining("1 not sealed yet")]);
    await auditor.seal(1);
    const after = await auditor.verified();
    expect([after.isWhole, after.lines.join("\n")]).toEqual([true, expect.stringContaining("1 sealed late")]);
    expect(await product.rows("seals")).toHaveLength(1);
  });
});

describe("While nothing can be sealed", () => {
  const trouble: [string, { method?: string; path: string; status: number }, RegExp][] = [
    ["the key cannot be made", { method: "POST", path: "/keys/audit-seal/create", status: 403 }, /Make an EC key/],
    ["the app may not sign", { path: "/sign", status: 403 }, /Key Vault Crypto User/],
    ["the vault does not answer", { path: "/keys/audit-seal", status: 500 }, /Key Vault does not answer/],
  ];

  test.each(trouble)(
    "because %s, everything else goes on, the log says so, and it is made up for",
    async (_, fault, says) => {
      await act();
      product.around.vault.addFault({ ...fault, times: 0 });
      // A key once made would be there: a vault of its own for the first case is the reset between the tests.
      if (fault.path.endsWith("create"))
        product.around.vault.addFault({ method: "GET", path: "/keys/audit-seal", status: 404, times: 0 });
      product.clock.advance(2 * MINUTE_MS);
      await expect(product.runTimer("seal-audit")).rejects.toThrow(says);
      expect((await health())?.status).toBe("ok");
      await act();
      product.clock.advance(16 * MINUTE_MS);
      const failing = await health();
      expect([failing?.status, failing?.detail]).toEqual(["failing", expect.stringContaining("seal-audit")]);
      product.clearFaults();
      await auditor.seal(2);
      expect((await health())?.status).toBe("ok");
      const exported = await auditor.exported();
      expect(sealedIds(exported).sort()).toEqual((await auditIds()).sort());
      expect((await verify(exported)).isWhole).toBe(true);
    },
  );

  test("because blobs cannot be reached or their address is not set, it says what to do", async () => {
    await act();
    product.clock.advance(2 * MINUTE_MS);
    const { connectionString, blobUrl, queueUrl, tableUrl } = product.around.storage;
    const unreachable = connectionString.replaceAll(blobUrl, "http://127.0.0.1:1/devstoreaccount1");
    const process = product.newProcess({ AzureWebJobsStorage: unreachable });
    await expect(process.runTimer("seal-audit")).rejects.toThrow(/blobs do not answer/);
    const urls = { AzureWebJobsStorage__queueServiceUri: queueUrl, AzureWebJobsStorage__tableServiceUri: tableUrl };
    const withoutBlobs = product.newProcess({ AzureWebJobsStorage: "", ...urls });
    await expect(withoutBlobs.app.audit.seal()).rejects.toThrow(/AzureWebJobsStorage__blobServiceUri is not set/);
  }, 60_000);
});

test("a new version of the key signs from then on, and both are told to whoever verifies", async () => {
  await act();
  await auditor.seal();
  const keys = new KeyClient(product.around.vault.url, new ManagedIdentityCredential(), {
    disableChallengeResourceVerification: true,
  });
  await keys.createEcKey("audit-seal", { curve: "P-256" });
  await act();
  await auditor.seal();
  const exported = await auditor.exported();
  expect(new Set(sealsOf(exported).map(({ key }) => key)).size).toBe(2);
  expect((await verify(exported)).isWhole).toBe(true);
});

test("a part of the audit can be verified, also where months were dropped", async () => {
  await act();
  await auditor.seal();
  product.clock.advance(26 * 31 * 24 * 60 * MINUTE_MS);
  await product.runTimer("keep-connected");
  await act(ROBOT);
  const from = new Date(product.clock.now().getTime() - MINUTE_MS);
  await auditor.seal();
  const whole = await auditor.verified();
  expect([whole.isWhole, whole.lines[0]]).toEqual([true, "Checked 2 entries against 2 seals."]);
  const part = await auditor.verified(`from=${from.toISOString()}`, { from });
  expect([part.isWhole, part.lines[0]]).toEqual([true, "Checked 2 entries against 1 seals."]);
  const people = await product.rows("people");
  expect(people.map(({ rowKey }) => Buffer.from(String(rowKey), "base64url").toString())).not.toContain(ADA);
});

test("the command says what it checked, and ends with 1 when an entry was tampered with", async () => {
  await act();
  await auditor.seal();
  const { seals, audit } = await auditor.exported();
  const folder = mkdtempSync(join(tmpdir(), "audit-verify-"));
  const run = (auditLines: string[]) => {
    const [sealsFile, auditFile] = [join(folder, "seals.ndjson"), join(folder, "audit.ndjson")];
    writeFileSync(sealsFile, `${seals.join("\n")}\n`);
    writeFileSync(auditFile, `${auditLines.join("\n")}\n`);
    const script = join(import.meta.dirname, "../../infra/audit-verify.ts");
    return new Promise<{ code: number; stdout: string }>((resolve) => {
      execFile(process.execPath, [script, "--seals", sealsFile, "--audit", auditFile], (error, stdout) =>
        resolve({ code: Number(error?.code ?? 0), stdout }),
      );
    });
  };
  expect(await run(audit)).toEqual({
    code: 0,
    stdout: expect.stringContaining("Nothing was edited, removed, inserted or moved"),
  });
  const tampered = audit.map((line) => line.replace('"success"', '"refused"'));
  expect(await run(tampered)).toEqual({
    code: 1,
    stdout: expect.stringMatching(/entry \d{19}-\w{16} of .* was edited/),
  });
  expect((await run(["no export"])).code).toBe(1);
  rmSync(folder, { recursive: true });
}, 60_000);

test("erasing a person takes the id out of the audit, keeps their entries together, and leaves the seals right", async () => {
  await act();
  await auditor.seal();
  await act();
  await act(ROBOT);
  const salt = linesOf(await auditor.exported()).find((line) => line.kind === "person")?.salt;
  const token = await product.tokenFor(ROBOT);
  const erase = async () =>
    must(
      await product.request("POST", "/api/audit/erasures", { token, body: { personId: ADA.toUpperCase() } }),
      200,
    ).json();
  expect(await erase()).toEqual({ erased: 4 });
  expect(await erase()).toEqual({ erased: 0 });
  await auditor.seal();

  const entries = await agent.audited();
  const pseudonyms = new Set(entries.map(({ actor }) => actor.id).filter((id) => id.startsWith("erased:")));
  expect(pseudonyms.size).toBe(1);
  expect(entries.filter(({ actor }) => pseudonyms.has(actor.id))).toHaveLength(4);
  const shown = await agent.call("GET", `/api/audit?actor=${[...pseudonyms][0]}`, { as: "Dev Auditor" });
  expect(shown.json<{ value: unknown[] }>().value).toHaveLength(4);
  expect(await agent.auditLines()).toEqual(expect.arrayContaining(["audit.erase intent", "audit.erase success"]));

  const month = `audit${product.clock.now().toISOString().slice(0, 7).replace("-", "")}`;
  const exported = await auditor.exported();
  const kept = JSON.stringify([
    await product.rows(month),
    await product.rows("people"),
    await product.rows("seals"),
    exported,
  ]);
  for (const trace of [ADA, Buffer.from(ADA).toString("base64url"), salt ?? "no salt"])
    expect(kept).not.toContain(trace);
  expect((await verify(exported)).isWhole).toBe(true);
});

test("who erases themselves does not stand in the entries about it either", async () => {
  await act();
  const token = await product.tokenFor("Ada Administrator");
  const answer = await product.request("POST", "/api/audit/erasures", { token, body: { personId: ADA } });
  expect([answer.status, answer.json()]).toEqual([200, { erased: 3 }]);
  await auditor.seal();
  expect(JSON.stringify(await agent.audited())).not.toContain(ADA);
  expect((await auditor.verified()).isWhole).toBe(true);
});

test.each([{}, { personId: "Ada" }, { personId: "erased:00" }, { personId: ADA, more: 1 }])(
  "an erasure of %j is refused",
  async (body) => {
    const token = await product.tokenFor("Ada Administrator");
    const answer = await product.request("POST", "/api/audit/erasures", { token, body });
    expect([answer.status, answer.json().code]).toEqual([400, "invalid-request"]);
  },
);
