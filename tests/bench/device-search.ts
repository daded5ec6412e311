import { call, tokenOfApplication } from "../../infra/local/demo/browser.ts";
import type { Product } from "../../infra/local/product.ts";
import type { DeviceView } from "../../lib/devices/device.ts";
import { elapsedMs } from "./elapsed.ts";
import { type Figure, quantile } from "./figure.ts";

const DEVICES = 300;
const ROUNDS = 60;
const GOAL_MS = 150;

type Found = { value: DeviceView[] };

/** Searches among 300 devices, as somebody types; the baseline is the same questions put to Graph side by side. */
export async function measureDeviceSearch({ addresses, surroundings: { graph } }: Product): Promise<Figure[]> {
  for (const { id } of graph.devices().slice(DEVICES)) graph.removeDevice(id);
  const token = await tokenOfApplication(addresses, "Ticket system");
  const texts = graph.devices().map(({ deviceName, serialNumber }, index) => {
    const text = (index % 2 === 0 ? deviceName : serialNumber) ?? "";
    return text.slice(0, 2 + (index % 6)) || "a";
  });
  const searchMs: number[] = [];
  const graphMs: number[] = [];
  for (let round = -5; round < ROUNDS; round += 1) {
    const text = texts[(round + 5) % texts.length] ?? "a";
    const measuredMs = await elapsedMs(() =>
      call<Found>(`${addresses.app}/api/devices?search=${encodeURIComponent(text)}`, token, 200),
    );
    const baselineMs = await elapsedMs(() => askGraph(graph.url, text));
    if (round < 0) continue;
    searchMs.push(measuredMs);
    graphMs.push(baselineMs);
  }
  return [0.5, 0.95].map((part) => ({
    what: `GET /api/devices?search= among ${DEVICES} devices, p${part * 100}`,
    unit: "ms",
    measured: quantile(searchMs, part),
    goal: GOAL_MS,
    baseline: { what: "Graph alone", measured: quantile(graphMs, part) },
  }));
}

/** The questions of one search, put to Graph directly. */
async function askGraph(graphUrl: string, text: string): Promise<void> {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  const filters = [
    `contains(deviceName,${quoted})`,
    `serialNumber eq ${quoted}`,
    `startswith(userDisplayName,${quoted})`,
  ];
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = `${part({ alg: "none" })}.${part({ aud: "https://graph.microsoft.com" })}.unsigned`;
  await Promise.all(
    filters.map(async (filter) => {
      const query = new URLSearchParams({ $filter: filter, $top: "999" }).toString().replaceAll("+", "%20");
      const url = `${graphUrl}/beta/deviceManagement/managedDevices?${query}`;
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      if (!answer.ok && answer.status !== 400) throw new Error(`Graph answered ${answer.status}`);
      await answer.text();
    }),
  );
}
