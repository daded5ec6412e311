import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { verifyAudit } from "../lib/audit/verify.ts";

const usage = `npm run audit:verify -- --seals seals.ndjson --audit audit.ndjson

  --seals FILE        GET /api/audit/seals, exported first
  --audit FILE        GET /api/audit?format=ndjson, exported after it
  --from, --to TIME   check only this part; export the seals from the same time on, without an end
  --thumbprint TEXT   no other key may have signed (may be given more than once)
  --last-seal HASH    this seal, seen earlier, must still stand in the chain

Exit code 0: nothing was edited, removed, inserted or moved. 1: something was. 2: it could not be checked.
`;

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seals: { type: "string" },
      audit: { type: "string" },
      from: { type: "string" },
      to: { type: "string" },
      thumbprint: { type: "string", multiple: true },
      "last-seal": { type: "string" },
    },
  });
  if (!values.seals || !values.audit) throw new Error("Name both exports, --seals and --audit.");
  const exports = { seals: linesOf(values.seals), audit: linesOf(values.audit) };
  const { isWhole, lines } = await verifyAudit(exports, {
    from: timeOf(values.from),
    to: timeOf(values.to),
    thumbprints: values.thumbprint,
    sealHash: values["last-seal"],
  });
  process.stdout.write(`${lines.join("\n")}\n`);
  return isWhole ? 0 : 1;
}

async function* linesOf(file: string): AsyncIterable<string> {
  yield* createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
}

function timeOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new Error(`${text} is not a time such as 2026-11-22T10:00:00Z.`);
  return at;
}
