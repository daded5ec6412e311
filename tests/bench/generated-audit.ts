import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const PAGE = 1000;
const SHARDS = 4;
const DAY_MS = 24 * 60 * 60_000;
const LAST_US = 8_640_000_000_000_000_000n;

/** Where a shard's day goes on for whoever has seen the entry that `filter` names: of one index the higher shards come first. */
function firstAfter(filter: string, dayMs: number, shard: number): number {
  const [, reverseUs, number = ""] = /RowKey gt '(\d{19})-([0-9a-f]{16})'/.exec(filter) ?? [];
  if (reverseUs === undefined || Number((LAST_US - BigInt(reverseUs)) / 1000n) >= dayMs + DAY_MS) return 0;
  const seen = Number.parseInt(number, 16);
  return Math.floor(seen / SHARDS) + (shard < seen % SHARDS ? 0 : 1);
}

/** A table service that holds an audit of `entries` entries over `days` days, made up as it is read: no storage holds so many so soon. */
export async function serveGeneratedAudit(entries: number, days: number, now: Date) {
  const perShard = Math.ceil(entries / days / SHARDS);
  const firstDay = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const served = { pages: 0 };

  /** Entry `index` of the shard, newest first. */
  const entity = (partition: string, dayMs: number, shard: number, index: number) => {
    const atMs = dayMs + DAY_MS - 1 - Math.floor(((index + 1) / (perShard + 2)) * (DAY_MS - 2));
    const us = BigInt(atMs) * 1000n + BigInt(shard);
    const id = `${String(LAST_US - us).padStart(19, "0")}-${(index * SHARDS + shard).toString(16).padStart(16, "0")}`;
    const uuid = `d0000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
    return {
      PartitionKey: partition,
      RowKey: id,
      Timestamp: new Date(atMs).toISOString(),
      id,
      at: new Date(atMs).toISOString(),
      actorId: uuid,
      actorKind: "person",
      action: "session.request",
      phase: "outcome",
      result: "success",
      deviceId: uuid,
      sessionId: uuid.replaceAll("-", ""),
      correlationId: uuid,
    };
  };

  const serve = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { searchParams } = new URL(incoming.url ?? "/", "http://localhost");
    const filter = searchParams.get("$filter") ?? "";
    const [, date = "", shardText = ""] = /PartitionKey eq '(\d{8})-(\d)'/.exec(filter) ?? [];
    const dayMs = Date.parse(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T00:00:00Z`);
    const isHeld = dayMs < firstDay && dayMs >= firstDay - days * DAY_MS;
    const shard = Number(shardText);
    const from = Number(searchParams.get("NextRowKey") ?? firstAfter(filter, dayMs, shard));
    const to = isHeld ? Math.min(perShard, from + Math.min(PAGE, Number(searchParams.get("$top") ?? PAGE))) : from;
    const value = Array.from({ length: to - from }, (_, index) =>
      entity(`${date}-${shard}`, dayMs, shard, from + index),
    );
    served.pages += 1;
    outgoing.setHeader("content-type", "application/json;odata=minimalmetadata");
    if (isHeld && to < perShard) {
      outgoing.setHeader("x-ms-continuation-nextpartitionkey", `${date}-${shard}`);
      outgoing.setHeader("x-ms-continuation-nextrowkey", String(to));
    }
    outgoing.end(JSON.stringify({ value }));
  };
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    serve(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/devstoreaccount1`,
    held: perShard * SHARDS * days,
    served,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
