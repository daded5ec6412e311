import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { expect, test } from "@jest/globals";
import { localCertificate } from "../../../infra/local/certificate.ts";
import { makeCallTarget } from "../../../lib/adapters/webhook-target.ts";

test("over TLS the name of the target is checked, not the address that was pinned; an unknown issuer ends the call", async () => {
  const folder = mkdtempSync(join(tmpdir(), "webhook-tls-"));
  const trusted = getCACertificates("default");
  const names: string[] = [];
  const file = join(folder, "certificate.pem");
  const server = createServer(await localCertificate(file), (request, response) => {
    names.push(request.headers.host ?? "");
    response.writeHead(204).end();
  });
  try {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const post = async (host: string, address = "127.0.0.1") =>
      (
        await makeCallTarget({ allowLoopback: true, resolve: async () => [address] })(`https://${host}:${port}/in`, {
          method: "POST",
          headers: {},
          body: "{}",
        })
      ).outcome;
    expect(await post("localhost")).toBe("unreachable");
    setDefaultCACertificates([...trusted, readFileSync(file, "utf8")]);
    expect(await post("localhost")).toBe("answered");
    // Nobody listens at the address that was checked, and no other is looked for.
    expect(await post("localhost", "127.0.0.2")).toBe("unreachable");
    expect(await post("other.localhost")).toBe("unreachable");
    expect(names).toEqual([`localhost:${port}`]);
  } finally {
    setDefaultCACertificates(trusted);
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  }
});
