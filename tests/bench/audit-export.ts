import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tokenOfApplication } from "../../infra/local/demo/browser.ts";
import { startProduct } from "../../infra/local/product.ts";
import type { Figure } from "./figure.ts";
import { serveGeneratedAudit } from "./generated-audit.ts";
import { residentBytes } from "./process-figures.ts";

const DAYS = 25;
const AT_ONCE = 2_000;
const GOAL_BYTES = 150_000_000;
const GOAL_MS = 180_000;
const LOOK_EVERY_MS = 50;

/** Exports an audit of `entries` entries in parts from a product of its own; the baseline is the memory before, and an export of none. */
export async function measureAuditExport(entries = 1_000_000, format: "ndjson" | "csv" = "ndjson"): Promise<Figure[]> {
  const dataDirectory = mkdtempSync(join(tmpdir(), "bench-audit-"));
  const audit = await serveGeneratedAudit(entries, DAYS, new Date());
  const product = await startProduct({
    port: 0,
    dataDirectory,
    isInMemory: true,
    onOutput: () => {},
    settingsOf: (settings) => ({
      AzureWebJobsStorage: String(settings.AzureWebJobsStorage).replace(
        /TableEndpoint=[^;]+/,
        `TableEndpoint=${audit.url}`,
      ),
    }),
  });
  try {
    const token = await tokenOfApplication(product.addresses, "Log collector");
    const rss = () => residentBytes(product.processId);
    const read = async (from: string) => {
      let lines = 0;
      for (let query: string | undefined = `?format=${format}&from=${from}&top=${AT_ONCE}`; query; ) {
        const answer: Response = await fetch(`${product.addresses.app}/api/audit${query}`, {
          headers: { authorization: `Bearer ${token}` },
        });
        if (!answer.ok || !answer.body) throw new Error(`The export was answered with ${answer.status}`);
        for await (const chunk of answer.body) for (const byte of chunk) if (byte === 10) lines += 1;
        query = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
      }
      return lines;
    };
    await read(new Date().toISOString());
    const before = rss();
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, rss());
    }, LOOK_EVERY_MS);
    const startedMs = performance.now();
    const lines = await read(new Date(Date.now() - (DAYS + 1) * 86_400_000).toISOString());
    const elapsedMs = performance.now() - startedMs;
    clearInterval(watch);
    if (lines - (format === "csv" ? 1 : 0) !== audit.held) throw new Error(`${lines} lines of ${audit.held} came`);
    const what = `audit export, ${audit.held.toLocaleString("en")} entries`;
    return [
      {
        what: `${what}, most memory of the functions process`,
        unit: "bytes",
        measured: most,
        goal: GOAL_BYTES,
        baseline: { what: "before", measured: before },
      },
      { what: `${what}, time`, unit: "ms", measured: elapsedMs, goal: GOAL_MS },
    ];
  } finally {
    await product.stop();
    audit.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}
