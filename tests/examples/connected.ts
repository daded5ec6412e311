import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, call, tokenOfApplication } from "../../infra/local/demo/browser.ts";
import { type Product, startProduct } from "../../infra/local/product.ts";

/** The built product, connected to TeamViewer, and the variables that every example reads. */
export type Connected = {
  product: Product;
  token: string;
  variables: Record<string, string>;
  stop: () => Promise<void>;
};

const ROBOT = "Everything robot";

export async function startConnected(): Promise<Connected> {
  const directory = mkdtempSync(join(tmpdir(), "examples-test-"));
  const product = await startProduct({
    port: 0,
    dataDirectory: directory,
    isInMemory: true,
    isBuilt: true,
    onOutput: () => {},
  });
  const { app, entra, settings, principals } = product.addresses;
  const token = await tokenOfApplication(product.addresses, ROBOT);
  await connect(product, token);
  const robot = principals.find(({ name }) => name === ROBOT);
  return {
    product,
    token,
    variables: {
      CONNECTOR_URL: app,
      TOKEN_URL: `${entra}/${settings.TENANT_ID}/oauth2/v2.0/token`,
      CLIENT_ID: robot?.clientId ?? "",
      CLIENT_SECRET: robot?.clientSecret ?? "",
      SCOPE: `api://${settings.API_CLIENT_ID}/.default`,
    },
    async stop() {
      await product.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What an administrator does once, in short. */
async function connect({ addresses: { app, teamviewer } }: Product, token: string): Promise<void> {
  const consents = `${app}/api/connector/consents`;
  const body = { termsVersion: "1", termsAccepted: true };
  const consent = await call<{ id: string; startUrl: string }>(consents, token, 201, { method: "POST", body });
  const started = await ask(consent.startUrl);
  const form = new URLSearchParams(new URL(started.headers.get("location") ?? "").searchParams);
  form.set("decision", "allow");
  const allowed = await ask(`${teamviewer}/oauth2/authorize`, { method: "POST", body: form });
  const cookie = (started.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  await ask(allowed.headers.get("location") ?? "", { headers: { cookie } });
  await call(`${consents}/${consent.id}/confirm`, token, 200, { method: "POST" });
}

/** How a program ended, and what it wrote. */
export type Ended = { code: number; output: string; errors: string };

/** Runs a program with nothing but `variables` in its environment. */
export function run(
  program: string,
  args: readonly string[],
  variables: Record<string, string>,
  directory?: string,
): Promise<Ended> {
  const env = { PATH: process.env.PATH, ...variables };
  return new Promise((resolve) => {
    execFile(program, args, { env, cwd: directory, timeout: 90_000 }, (error, output, errors) => {
      const code = error ? (typeof error.code === "number" ? error.code : 1) : 0;
      resolve({ code, output, errors });
    });
  });
}
