import { randomBytes } from "node:crypto";
import { kept } from "../kept.ts";
import type { SecretInput, SecretProperties } from "./secret-input.ts";
import { deletedButRecoverable, deletedSecretNotFound, secretDisabled, secretNotFound } from "./vault-refusal.ts";

/** One version of a secret; times are Unix seconds. */
export type SecretVersion = {
  version: string;
  value: string;
  contentType?: string;
  tags?: Record<string, string>;
  enabled: boolean;
  nbf?: number;
  exp?: number;
  created: number;
  updated: number;
};

/** A secret with all its versions, the newest last. A deleted one keeps them until it is purged. */
export type Secret = { name: string; versions: SecretVersion[]; deletedDate?: number };

/** The secrets and what may be done to them, refusing as Key Vault with soft delete refuses. */
export function secretStore(file?: string) {
  const state = kept<Record<string, Secret>>(file, () => ({}));
  // Names ignore case: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers
  const find = (name: string) => {
    const key = name.toLowerCase();
    return Object.hasOwn(state.value, key) ? state.value[key] : undefined;
  };
  const active = (name: string) => {
    const secret = find(name);
    if (!secret || secret.deletedDate) throw secretNotFound(name);
    return secret;
  };
  const deleted = (name: string) => {
    const secret = find(name);
    if (!secret?.deletedDate) throw deletedSecretNotFound(name);
    return secret;
  };
  const sorted = () =>
    Object.values(state.value).sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));

  return {
    has: (name: string) => find(name) !== undefined,
    active,
    deleted,
    listActive: () => sorted().filter((secret) => !secret.deletedDate),
    listDeleted: () => sorted().filter((secret) => secret.deletedDate),

    set(name: string, input: SecretInput): SecretVersion {
      const secret = find(name) ?? { name, versions: [] };
      if (secret.deletedDate) throw deletedButRecoverable(name);
      const at = nowSeconds();
      const version = { version: randomBytes(16).toString("hex"), value: input.value, enabled: true };
      const made = changed({ ...version, created: at, updated: at }, input);
      secret.versions.push(made);
      state.value[name.toLowerCase()] = secret;
      state.save();
      return made;
    },

    /** The version's value; only this reading is refused when it is disabled. Past `exp` it is still given. */
    read(name: string, version?: string): SecretVersion {
      const found = pick(active(name), version);
      if (!found.enabled) throw secretDisabled();
      return found;
    },

    update(name: string, version: string | undefined, properties: SecretProperties): SecretVersion {
      const secret = active(name);
      const before = pick(secret, version);
      const after = changed({ ...before, updated: nowSeconds() }, properties);
      secret.versions[secret.versions.indexOf(before)] = after;
      state.save();
      return after;
    },

    remove(name: string): Secret {
      const secret = active(name);
      secret.deletedDate = nowSeconds();
      state.save();
      return secret;
    },

    recover(name: string): Secret {
      const secret = deleted(name);
      delete secret.deletedDate;
      state.save();
      return secret;
    },

    purge(name: string) {
      delete state.value[deleted(name).name.toLowerCase()];
      state.save();
    },
  };
}

/** The version asked for, or the newest. */
export function pick(secret: Secret, version?: string): SecretVersion {
  const found = version ? secret.versions.find((one) => one.version === version) : secret.versions.at(-1);
  if (!found) throw secretNotFound(`${secret.name}/${version}`);
  return found;
}

function changed(before: SecretVersion, { contentType, tags, attributes }: SecretProperties): SecretVersion {
  const { enabled, nbf, exp } = attributes ?? {};
  return {
    ...before,
    ...(contentType === undefined ? {} : { contentType }),
    ...(tags === undefined ? {} : { tags }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(nbf === undefined ? {} : { nbf }),
    ...(exp === undefined ? {} : { exp }),
  };
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
