import { generateKeyPairSync, randomBytes } from "node:crypto";
import { kept } from "../kept.ts";
import type { KeyChange, NewKey } from "./key-input.ts";
import {
  deletedButRecoverable,
  deletedKeyNotFound,
  keyDisabled,
  keyNotFound,
  keyOperationForbidden,
} from "./vault-refusal.ts";

/** One version of a P-256 key; times are Unix seconds. `d`, the private half, never leaves the vault. */
export type KeyVersion = {
  version: string;
  x: string;
  y: string;
  d: string;
  operations: readonly string[];
  enabled: boolean;
  tags?: Record<string, string>;
  created: number;
  updated: number;
};

/** A key with all its versions, the newest last. A deleted one keeps them until it is purged. */
export type Key = { name: string; versions: KeyVersion[]; deletedDate?: number };

/** The keys and what may be done to them, refusing as Key Vault with soft delete refuses. */
export function keyStore(file?: string) {
  const state = kept<Record<string, Key>>(file, () => ({}));
  const find = (name: string) => {
    const key = name.toLowerCase();
    return Object.hasOwn(state.value, key) ? state.value[key] : undefined;
  };
  const active = (name: string) => {
    const key = find(name);
    if (!key || key.deletedDate) throw keyNotFound(name);
    return key;
  };
  const deleted = (name: string) => {
    const key = find(name);
    if (!key?.deletedDate) throw deletedKeyNotFound(name);
    return key;
  };
  const sorted = () =>
    Object.values(state.value).sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));

  return {
    active,
    deleted,
    listActive: () => sorted().filter((key) => !key.deletedDate),
    listDeleted: () => sorted().filter((key) => key.deletedDate),

    create(name: string, { key_ops, attributes, tags }: NewKey): KeyVersion {
      const key = find(name) ?? { name, versions: [] };
      if (key.deletedDate) throw deletedButRecoverable(name, "Key");
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const { x = "", y = "", d = "" } = privateKey.export({ format: "jwk" });
      const at = nowSeconds();
      const made: KeyVersion = {
        version: randomBytes(16).toString("hex"),
        x,
        y,
        d,
        operations: key_ops,
        enabled: attributes?.enabled ?? true,
        ...(tags ? { tags } : {}),
        created: at,
        updated: at,
      };
      key.versions.push(made);
      state.value[name.toLowerCase()] = key;
      state.save();
      return made;
    },

    /** The version, if it may sign. */
    forSigning(name: string, version: string | undefined): KeyVersion {
      const found = pickKey(active(name), version);
      if (!found.enabled) throw keyDisabled("sign");
      if (!found.operations.includes("sign")) throw keyOperationForbidden("sign");
      return found;
    },

    update(name: string, version: string | undefined, { key_ops, attributes, tags }: KeyChange): KeyVersion {
      const found = pickKey(active(name), version);
      Object.assign(found, {
        updated: nowSeconds(),
        ...(key_ops ? { operations: key_ops } : {}),
        ...(attributes?.enabled === undefined ? {} : { enabled: attributes.enabled }),
        ...(tags ? { tags } : {}),
      });
      state.save();
      return found;
    },

    remove(name: string): Key {
      const key = active(name);
      key.deletedDate = nowSeconds();
      state.save();
      return key;
    },

    recover(name: string): Key {
      const key = deleted(name);
      delete key.deletedDate;
      state.save();
      return key;
    },

    purge(name: string) {
      delete state.value[deleted(name).name.toLowerCase()];
      state.save();
    },
  };
}

/** The version asked for, or the newest. */
export function pickKey(key: Key, version?: string): KeyVersion {
  const found = version ? key.versions.find((one) => one.version === version) : key.versions.at(-1);
  if (!found) throw keyNotFound(`${key.name}/${version}`);
  return found;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
