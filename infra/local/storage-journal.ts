import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";

/** One call that the storage account was asked, and how many milliseconds later it is let through from now on. */
export type StorageJournal = {
  calls: { service: "blob" | "queue" | "table"; method: string; path: string }[];
  delayMs: number;
};

const MAX_CALLS = 50_000;

/** Writes every call of `server` into `journal` before the server sees it. */
export function journalCalls(journal: StorageJournal, service: "blob" | "queue" | "table", server: Server): void {
  const listeners = server.listeners("request") as RequestListener[];
  server.removeAllListeners("request");
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    journal.calls.push({ service, method: request.method ?? "GET", path });
    if (journal.calls.length > MAX_CALLS) journal.calls.shift();
    const pass = () => {
      for (const listener of listeners) listener.call(server, request, response);
    };
    if (journal.delayMs > 0) setTimeout(pass, journal.delayMs);
    else pass();
  });
}
