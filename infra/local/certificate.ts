import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { generate } from "selfsigned";

/** A PEM private key and the PEM certificate that goes with it. */
export type Certificate = { key: string; cert: string };

const DAY_MS = 24 * 60 * 60 * 1000;
const LIFETIME_DAYS = 365;
const RENEW_DAYS_BEFORE_END = 30;

/**
 * A self-signed certificate for localhost and 127.0.0.1 that is its own authority: whoever trusts it as a CA
 * (`NODE_EXTRA_CA_CERTS=<file>`, `tlsOptions.ca`) trusts the server that uses it. With `file` a restart finds the same one.
 */
export async function localCertificate(file?: string): Promise<Certificate> {
  const stored = file ? read(file) : undefined;
  if (stored && isUsable(stored)) return stored;

  const made = await make();
  if (file) write(file, made);
  return made;
}

async function make(): Promise<Certificate> {
  const now = Date.now();
  const made = await generate([{ name: "commonName", value: "localhost (stand-ins)" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + LIFETIME_DAYS * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { key: made.private.trim(), cert: made.cert.trim() };
}

function read(file: string): Certificate | undefined {
  try {
    const pem = readFileSync(file, "utf8");
    return { cert: block(pem, "CERTIFICATE"), key: block(pem, "PRIVATE KEY") };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`Cannot read ${file}; delete it or start with --fresh`, { cause: error });
  }
}

function block(pem: string, label: string): string {
  return new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(pem)?.[0] ?? "";
}

function isUsable({ key, cert }: Certificate): boolean {
  try {
    const parsed = new X509Certificate(cert);
    const daysLeft = (parsed.validToDate.getTime() - Date.now()) / DAY_MS;
    return daysLeft > RENEW_DAYS_BEFORE_END && parsed.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

// Both in one file, so that they cannot fall apart; readers of NODE_EXTRA_CA_CERTS pass over the key.
function write(file: string, { key, cert }: Certificate) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${cert}\n${key}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
