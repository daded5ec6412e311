import type { TestApp } from "../../app.ts";
import type { StorageProxy } from "../../storage-proxy.ts";

const standIns = ["entra", "graph", "teamviewer", "vault", "identity"] as const;

export type Service = (typeof standIns)[number] | "storage";

/**
 * A place where a flow calls somebody: what it asks with everything that differs from run to run left out, and which of the
 * flow's calls of that kind it is, counted from one.
 */
export type CallSite = { service: Service; asks: string; number: number };

/** All that one process of the product has asked of everybody since its surroundings' journals were emptied. */
export function callSitesOf(product: TestApp, proxy: StorageProxy): CallSite[] {
  const asked = [
    ...standIns.flatMap((service) =>
      product.around[service].journal.map(({ method, path }) => ({ service, asks: `${method} ${generalized(path)}` })),
    ),
    ...proxy.calls.map(({ about }) => ({ service: "storage" as const, asks: storageCallOf(about) })),
  ];
  const counts = new Map<string, number>();
  return asked.map(({ service, asks }) => {
    const number = (counts.get(`${service} ${asks}`) ?? 0) + 1;
    counts.set(`${service} ${asks}`, number);
    return { service, asks, number };
  });
}

/** Forgets what was asked up to now. */
export function forgetCalls(product: TestApp, proxy: StorageProxy): void {
  for (const service of standIns) product.around[service].journal.splice(0);
  proxy.clear();
}

/** How many calls everybody has got. */
export const callCount = (product: TestApp, proxy: StorageProxy): number =>
  proxy.calls.length + standIns.reduce((sum, service) => sum + product.around[service].journal.length, 0);

/** Matches what `asks` was made of. */
export const patternOf = (asks: string): string =>
  `^${asks.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*")}`;

/** Method and path; of a transaction its first change, of a row only what kind of row it is. */
function storageCallOf(about: string): string {
  const [method = "", url = ""] = about.split(" ");
  const path = (url.split("?")[0] ?? "").replace(/^\/devstoreaccount1\//, "/");
  return `${method} ${generalized(path)}`;
}

/** Ids, hashes, generated names, keys and months are what differs from run to run. */
function generalized(path: string): string {
  return path
    .replace(
      /PartitionKey='[^']*',RowKey='([a-z]+~)?[^']*'/g,
      (_, kind: string | undefined) => `PartitionKey='*',RowKey='${kind ?? ""}*'`,
    )
    .replace(/audit\d{6}/g, "audit*")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|tv-[\w-]+|s\d\d-\d{3}-\d{3}/g, "*");
}
