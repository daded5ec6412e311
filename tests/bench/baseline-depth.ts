import { TableClient } from "@azure/data-tables";
import { startBaselineApp } from "./baseline-app.ts";
import { consentUntilCallback } from "./consenting.ts";
import { elapsedMs } from "./elapsed.ts";
import type { MeasuredProduct } from "./measured-product.ts";

export type DepthTimes = { sessions: number[]; devices: number[]; callbacks: number[]; notifications: number[] };
type Administrator = Parameters<typeof consentUntilCallback>[0];

/** The four jobs as quickstarts do them, so many times each; `slow` is called once all is warm. */
export async function baselineTimes(
  { product, newDevice }: MeasuredProduct,
  administrator: Administrator,
  rounds: number,
  slow: () => void,
): Promise<{ times: DepthTimes; stop: () => Promise<void> }> {
  const { url, stop } = await startBaselineApp(product);
  const { connectionString } = product.surroundings.storage;
  const table = TableClient.fromConnectionString(connectionString, "quickstart", { allowInsecureConnection: true });
  const post = async (path: string, body: object) => {
    const headers = { "content-type": "application/json" };
    return must(await fetch(`${url}/quickstart/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
  };
  const times: DepthTimes = { sessions: [], devices: [], callbacks: [], notifications: [] };
  const one = async () => {
    const deviceId = newDevice("PHONE-ANA");
    let session = { id: "" };
    const request = async () => {
      session = (await (await post("sessions", { deviceId })).json()) as { id: string };
    };
    times.sessions.push(await elapsedMs(request));
    times.notifications.push(await elapsedMs(() => post("notify", { deviceId, id: session.id })));
    times.devices.push(await elapsedMs(async () => must(await fetch(`${url}/quickstart/devices?search=PHONE-ANA`))));
    const { back } = await consentUntilCallback(administrator);
    const { search, searchParams } = new URL(back);
    await table.createEntity({ partitionKey: "state", rowKey: searchParams.get("state") ?? "" });
    times.callbacks.push(await elapsedMs(async () => must(await fetch(`${url}/quickstart/callback${search}`))));
  };
  for (let warm = 0; warm < 2; warm += 1) await one();
  for (const name of Object.keys(times) as (keyof DepthTimes)[]) times[name].splice(0);
  slow();
  for (let round = 0; round < rounds; round += 1) await one();
  return { times, stop };
}

function must(answer: Response): Response {
  if (!answer.ok) throw new Error(`${new URL(answer.url).pathname} answered ${answer.status}`);
  return answer;
}
