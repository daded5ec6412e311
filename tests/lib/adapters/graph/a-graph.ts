import type { TokenCredential } from "@azure/identity";
import { type StandInAnswer, type StandInRequest, startStandIn } from "../../../../infra/local/stand-in.ts";
import { makeGraphClient } from "../../../../lib/adapters/graph/client.ts";
import { makeOutbound } from "../../../../lib/adapters/outbound.ts";

export const credential: TokenCredential = {
  getToken: async () => ({ token: "a-token", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
};

/** A server in Graph's place that gives whatever answer a test sets, and the real client in front of it. */
export async function startAnswering() {
  let answer: (request: StandInRequest) => StandInAnswer = () => ({ status: 200, json: {} });
  const server = await startStandIn({ name: "graph", port: 0, routes: [], notFound: (request) => answer(request) });
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
    answerWith(next: StandInAnswer | ((request: StandInRequest) => StandInAnswer)) {
      answer = typeof next === "function" ? next : () => next;
    },
    /** Forgets what was asked and every fault. */
    reset() {
      server.journal.splice(0);
      server.clearFaults();
      answer = () => ({ status: 200, json: {} });
    },
  };
}

/** Graph's refusal with its usual body. */
export const refusal = (status: number, message = "refused", headers: Record<string, string> = {}): StandInAnswer => ({
  status,
  headers,
  json: { error: { code: "Refused", message } },
});
