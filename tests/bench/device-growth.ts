import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, tokenOfApplication } from "../../infra/local/demo/browser.ts";
import { demoDevices } from "../../infra/local/graph/devices.ts";
import { startGraph } from "../../infra/local/graph/graph.ts";
import { startProduct } from "../../infra/local/product.ts";
import { elapsedMs } from "./elapsed.ts";
import { type Figure, quantile } from "./figure.ts";

const COUNTS = [300, 10_000, 100_000];
const ROUNDS = 15;
const WARM_UP_ROUNDS = 3;

const nameOf = (number: number) => `BENCH-${String(number).padStart(6, "0")}`;
const serialNumberOf = (number: number) => `SN${String(number).padStart(8, "0")}`;
const userOf = (number: number) => `Person ${String(number).padStart(6, "0")}`;

/** What is searched for; the last devices of a large company are none of those that are read. */
const texts = {
  "a name": (count: number) => nameOf(count - 7),
  "a serial number": (count: number) => serialNumberOf(count - 7),
  "the name of a user with one of the first devices": () => userOf(7),
  "the name of a user with one of the last": (count: number) => userOf(count - 7),
};

/** Device searches in ever larger companies: what the slowest take, what Graph is asked, and that it is not asked for everything. */
export async function measureSearchGrowth(counts: readonly number[] = COUNTS): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of counts) figures.push(...(await searchAmong(count)));
  return figures;
}

async function searchAmong(count: number): Promise<Figure[]> {
  const dataDirectory = mkdtempSync(join(tmpdir(), "bench-devices-"));
  const [model] = demoDevices();
  if (!model) throw new Error("There is no demo device");
  const users = Array.from({ length: count }, (_, number) => ({
    id: randomUUID(),
    displayName: userOf(number),
    givenName: null,
    surname: null,
    mail: `person${number}@contoso.example`,
    userPrincipalName: `person${number}@contoso.example`,
    preferredLanguage: null,
    accountEnabled: true,
  }));
  const devices = users.map(({ id, displayName, mail, userPrincipalName }, number) => ({
    ...model,
    id: randomUUID(),
    deviceName: nameOf(number),
    serialNumber: serialNumberOf(number),
    userId: id,
    userDisplayName: displayName,
    userPrincipalName,
    emailAddress: mail,
  }));
  const graph = await startGraph({ port: 0, devices, users });
  const product = await startProduct({
    port: 0,
    dataDirectory,
    isInMemory: true,
    isBuilt: true,
    onOutput: () => {},
    settings: { GRAPH_URL: graph.url },
  });
  try {
    const token = await tokenOfApplication(product.addresses, "Ticket system");
    const figures: Figure[] = [];
    for (const [what, textOf] of Object.entries(texts)) {
      const path = `/api/devices?search=${encodeURIComponent(textOf(count))}`;
      const search = () => call<{ value: unknown[] }>(`${product.addresses.app}${path}`, token, 200);
      for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await search();
      graph.journal.splice(0);
      const tookMs: number[] = [];
      let found = 0;
      for (let round = 0; round < ROUNDS; round += 1)
        tookMs.push(
          await elapsedMs(async () => {
            found = (await search()).value.length;
          }),
        );
      const calls = graph.journal.length / ROUNDS;
      const about = `device search by ${what} among ${count.toLocaleString("en")}`;
      if (found !== 1) throw new Error(`The ${about} found ${found}`);
      const free = Number.POSITIVE_INFINITY;
      figures.push(
        { what: `${about}: p95`, unit: "ms", measured: quantile(tookMs, 0.95), goal: free },
        { what: `${about}: Graph calls`, unit: "calls", measured: calls, goal: free },
      );
    }
    return figures;
  } finally {
    await product.stop();
    await graph.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}
