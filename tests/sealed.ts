import { type Verdict, verifyAudit } from "../lib/audit/verify.ts";
import type { AppProcess, TestApp } from "./app.ts";
import { connecting } from "./connect.ts";
import { must, requesting } from "./requesting.ts";

/** The two exports of an auditor, as lines. */
export type Exported = { seals: string[]; audit: string[] };

type Options = Parameters<typeof verifyAudit>[1];

type Audited = { process: () => AppProcess; clock: { advance: (ms: number) => void }; tokenFor: TestApp["tokenFor"] };

/** What an auditor does: lets time pass, exports and checks. */
export function auditing(product: Audited, process: () => AppProcess = product.process) {
  const lines = async (path: string) => {
    const token = await product.tokenFor("Dev Auditor");
    return must(await process().request("GET", path, { token }), 200)
      .text.trimEnd()
      .split("\n")
      .filter(Boolean);
  };
  const seal = async (minutes = 2) => {
    product.clock.advance(minutes * 60_000);
    await process().runTimer("seal-audit");
  };
  /** Seals first: what is written meanwhile is then too young for a seal. */
  const exported = async (query = ""): Promise<Exported> => {
    const seals = await lines(`/api/audit/seals${query && `?${query}`}`);
    return { seals, audit: await lines(`/api/audit?format=ndjson${query && `&${query}`}`) };
  };
  const verified = async (query?: string, options?: Options) => verify(await exported(query), options);
  return { seal, exported, verified };
}

export function verify({ seals, audit }: Exported, options: Options = {}): Promise<Verdict> {
  return verifyAudit({ seals: each(seals), audit: each(audit) }, options);
}

async function* each(lines: readonly string[]) {
  yield* lines;
}

/** A day of the product and an hour: a session every other hour, sealed within minutes; the hours between are quiet. */
export async function workForADay(product: TestApp) {
  const agent = requesting(product);
  const { seal } = auditing(product);
  await connecting(product).connected();
  for (let hour = 0; hour < 25; hour += 2) {
    const { id } = await agent.open({}, { as: hour % 4 ? "Chiara Agent" : "Bruno Agent" });
    await agent.deliverAll();
    await seal(1);
    if (hour % 3 === 0) await agent.call("POST", `/api/sessions/${id}/close`);
    await seal(2);
    await seal(60);
    await seal(57);
  }
}
