import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, call, tokenOfPerson } from "../../../infra/local/demo/browser.ts";
import { type Product, startProduct } from "../../../infra/local/product.ts";

/** The built product in a process of its own, connected to TeamViewer, with everything around it its own, too. */
export type BuiltProduct = { product: Product; agentToken: string; url: string };

let running: Promise<BuiltProduct & { stop: () => Promise<void> }> | undefined;
let turn: Promise<unknown> = Promise.resolve();

/** Lets one case at a time use the built product; it starts with the first. */
export function withBuiltProduct<T>(work: (built: BuiltProduct) => Promise<T>): Promise<T> {
  running ??= start();
  const started = running;
  const mine = turn.then(async () => work(await started));
  turn = mine.catch(() => undefined);
  return mine;
}

export async function stopBuiltProduct() {
  const started = await running?.catch(() => undefined);
  await started?.stop();
}

async function start() {
  const directory = mkdtempSync(join(tmpdir(), "catalogue-"));
  const options = { port: 0, dataDirectory: directory, isInMemory: true, isBuilt: true, onOutput: () => {} };
  const product = await startProduct(options);
  await connect(product);
  return {
    product,
    url: product.addresses.app,
    agentToken: await tokenOfPerson(product.addresses, "Bruno Agent"),
    async stop() {
      await product.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The administrator's part, over HTTP. */
async function connect({ addresses }: Product) {
  const api = `${addresses.app}/api`;
  const token = await tokenOfPerson(addresses, "Ada Administrator");
  const body = { termsVersion: "1", termsAccepted: true };
  const consents = `${api}/connector/consents`;
  const consent = await call<{ id: string; startUrl: string }>(consents, token, 201, { method: "POST", body });
  const started = await ask(consent.startUrl);
  const form = new URLSearchParams(new URL(started.headers.get("location") ?? "").searchParams);
  form.set("decision", "allow");
  const allowed = await ask(`${addresses.teamviewer}/oauth2/authorize`, { method: "POST", body: form });
  const cookie = (started.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  await ask(allowed.headers.get("location") ?? "", { headers: { cookie } });
  await call(`${consents}/${consent.id}/confirm`, token, 200, { method: "POST" });
}
