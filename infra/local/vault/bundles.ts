import { pick, type Secret, type SecretVersion } from "./secret-store.ts";
import { badParameter } from "./vault-refusal.ts";

// https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview: 90 days unless the vault was made otherwise.
const RECOVERABLE_DAYS = 90;
const MAX_PAGE_SIZE = 25;

/** A secret version as the REST API shows it; lists leave the value out and may leave the version out of the id. */
export function bundle(
  origin: string,
  secret: Secret,
  version: SecretVersion,
  show: { value?: boolean; latest?: boolean } = {},
) {
  const { contentType, tags, enabled, nbf, exp, created, updated } = version;
  return {
    ...(show.value ? { value: version.value } : {}),
    id: `${origin}/secrets/${secret.name}${show.latest ? "" : `/${version.version}`}`,
    contentType,
    tags,
    attributes: {
      enabled,
      nbf,
      exp,
      created,
      updated,
      recoveryLevel: "Recoverable+Purgeable",
      recoverableDays: RECOVERABLE_DAYS,
    },
  };
}

/** A deleted secret, by its newest version. */
export function deletedBundle(origin: string, secret: Secret, show: { latest?: boolean } = {}) {
  const deletedDate = secret.deletedDate ?? 0;
  return {
    ...bundle(origin, secret, pick(secret), show),
    recoveryId: `${origin}/deletedsecrets/${secret.name}`,
    deletedDate,
    scheduledPurgeDate: deletedDate + RECOVERABLE_DAYS * 24 * 60 * 60,
  };
}

/** One page of a list, at most 25 long, whose `nextLink` is on the same origin. */
export function page<T>(origin: string, path: string, query: URLSearchParams, items: T[]) {
  const size = Number(query.get("maxresults") ?? MAX_PAGE_SIZE);
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE_SIZE) {
    throw badParameter(`maxresults must be between 1 and ${MAX_PAGE_SIZE}.`);
  }
  const start = Number(query.get("$skiptoken") ?? 0);
  const end = start + size;
  const next = new URLSearchParams(query);
  next.set("$skiptoken", String(end));
  return { value: items.slice(start, end), nextLink: end < items.length ? `${origin}${path}?${next}` : null };
}
