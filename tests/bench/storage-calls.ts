import type { StorageJournal } from "../../infra/local/storage-journal.ts";

type Call = StorageJournal["calls"][number];

/** Which calls of storage are made for what: the host's reading of its queues and its own notes are none of the app's. */
export const kindsOfCalls = {
  table: ({ service }: Call) => service === "table",
  /** Puts a message into a queue. */
  queue: ({ service, method, path }: Call) => service === "queue" && method === "POST" && path.endsWith("/messages"),
  /** The app's own blobs: the seals of the audit. */
  seal: ({ service, path }: Call) => service === "blob" && path.includes("/audit-seals"),
  /** Strikes a message off that was handled: the host does it for each. */
  delete: ({ service, method }: Call) => service === "queue" && method === "DELETE",
} as const;

export type CountedCalls = Record<keyof typeof kindsOfCalls, number>;

/** Takes the journal's calls out of it, by kind. */
export function takeCalls(journal: StorageJournal): CountedCalls {
  const calls = journal.calls.splice(0);
  const count = (isOfKind: (call: Call) => boolean) => calls.filter(isOfKind).length;
  const { table, queue, seal } = kindsOfCalls;
  return { table: count(table), queue: count(queue), seal: count(seal), delete: count(kindsOfCalls.delete) };
}
