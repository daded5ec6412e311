import type { TokenCredential } from "@azure/identity";
import type { StandInAnswer } from "../../../../infra/local/stand-in.ts";
import { makeGraphClient } from "../../../../lib/adapters/graph/client.ts";
import { makeOutbound } from "../../../../lib/adapters/outbound.ts";
import { startAnswering } from "../answering.ts";

export const credential: TokenCredential = {
  getToken: async () => ({ token: "a-token", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
};

export type AGraph = Awaited<ReturnType<typeof startAGraph>>;

/** A server in Graph's place that gives whatever answer a test sets, and the real client in front of it. */
export async function startAGraph() {
  const server = await startAnswering("graph");
  return {
    ...server,
    /** A client of a new process: what happened to an earlier one is unknown to it. */
    client: () =>
      makeGraphClient({
        graphUrl: server.url,
        credential,
        outbound: makeOutbound([server.url]),
        newId: () => "request-1",
      }),
  };
}

/** Graph's refusal with its usual body. */
export const refusal = (status: number, message = "refused", headers: Record<string, string> = {}): StandInAnswer => ({
  status,
  headers,
  json: { error: { code: "Refused", message } },
});
