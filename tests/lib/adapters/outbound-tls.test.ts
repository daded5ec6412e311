import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { generate } from "selfsigned";
import { makeOutbound } from "../../../lib/adapters/outbound.ts";

type Made = { key: string; cert: string };
type Kind = "root" | "between" | "server" | "expired" | "early";
const DAY_MS = 24 * 60 * 60 * 1000;
const trusted = getCACertificates("default");
const made: Partial<Record<Kind, Made>> = {};
const certificate = (kind: Kind): Made => made[kind] ?? { key: "", cert: "" };

/** A certificate for 127.0.0.1 that holds from `from` to `to`, in days from now. */
async function issue(name: string, { isAuthority = false, from = -1, to = 1, by }: Issue = {}): Promise<Made> {
  const { private: key, cert } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() + from * DAY_MS),
    notAfterDate: new Date(Date.now() + to * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: isAuthority, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: isAuthority, critical: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
    ...(by ? { ca: by } : {}),
  });
  return { key, cert };
}
type Issue = { isAuthority?: boolean; from?: number; to?: number; by?: Made };

beforeAll(async () => {
  made.root = await issue("root", { isAuthority: true });
  made.between = await issue("between", { isAuthority: true, by: made.root });
  made.server = await issue("server", { by: made.between });
  made.expired = await issue("expired", { by: made.root, from: -3, to: -2 });
  made.early = await issue("early", { by: made.root, from: 1, to: 2 });
});

afterAll(() => setDefaultCACertificates(trusted));

/** What a call to a server that shows `chain` ends as, and what the server was asked. */
async function call(chain: Kind[], authorities: Kind[]) {
  const { key } = certificate(chain[0] ?? "server");
  let asked = 0;
  const server = createServer({ key, cert: chain.map((kind) => certificate(kind).cert).join("\n") }, (_, response) => {
    asked += 1;
    response.end("well");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  setDefaultCACertificates([...trusted, ...authorities.map((kind) => certificate(kind).cert)]);
  const outcome: unknown = await makeOutbound([url])(url, { method: "POST", body: "{}", timeoutMs: 2000 }).then(
    ({ text }) => text,
    (error: unknown) => error,
  );
  server.close();
  server.closeAllConnections();
  return { outcome, asked };
}

test("A server whose certificate leads to a trusted authority is called", async () => {
  expect(await call(["server", "between"], ["root"])).toEqual({ outcome: "well", asked: 1 });
});

test.each<[string, string, Kind[], Kind[]]>([
  ["is over", "CERT_HAS_EXPIRED", ["expired"], ["root"]],
  ["does not hold yet", "CERT_NOT_YET_VALID", ["early"], ["root"]],
  ["comes from nobody known", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", ["server"], ["root"]],
  ["leads to nobody known", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", ["server", "between"], []],
  ["leads to an authority that nobody trusts", "SELF_SIGNED_CERT_IN_CHAIN", ["server", "between", "root"], []],
  ["vouches for itself", "DEPTH_ZERO_SELF_SIGNED_CERT", ["root"], []],
])("To a server whose certificate %s nothing was sent (%s)", async (_what, code, chain, authorities) => {
  const { outcome, asked } = await call(chain, authorities);
  expect(outcome).toMatchObject({ kind: "not-sent", message: expect.stringContaining(code), cause: { code } });
  expect(asked).toBe(0);
});
