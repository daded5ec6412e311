import type { Secrets } from "../../lib/adapters/azure/secrets.ts";
import { AppError } from "../../lib/errors.ts";

/** Key Vault in memory: each set is a new version, a deleted name cannot be used again. */
export function makeMemorySecrets() {
  const held = new Map<string, { values: string[]; isDeleted: boolean }>();
  const active = (name: string) => {
    const secret = held.get(name);
    return secret?.isDeleted ? undefined : secret;
  };
  const port: Secrets = {
    async get(name, version) {
      const values = active(name)?.values ?? [];
      return version === undefined ? values.at(-1) : values[Number(version) - 1];
    },
    async set(name, value) {
      const secret = held.get(name) ?? { values: [], isDeleted: false };
      if (secret.isDeleted) throw new AppError("upstream-unavailable", `${name} is deleted but recoverable.`);
      held.set(name, secret);
      secret.values.push(value);
      return String(secret.values.length);
    },
    async remove(name) {
      const secret = active(name);
      if (secret) secret.isDeleted = true;
    },
  };
  return {
    port,
    /** How many versions each secret has that is not deleted. */
    versions: () =>
      new Map([...held].flatMap(([name, secret]) => (active(name) ? [[name, secret.values.length]] : []))),
  };
}
