import { type StandInAnswer, type StandInRequest, startStandIn } from "../../../infra/local/stand-in.ts";

type Answer = (request: StandInRequest) => StandInAnswer;

/** A server on loopback that gives whatever answer a test sets, with a stand-in's journal and faults. */
export async function startAnswering(name: string) {
  let answer: Answer = () => ({ status: 200, json: {} });
  const server = await startStandIn({ name, port: 0, routes: [], notFound: (request) => answer(request) });
  return {
    ...server,
    answerWith(next: StandInAnswer | Answer) {
      answer = typeof next === "function" ? next : () => next;
    },
    /** Forgets what was asked, what is to be answered and every fault. */
    reset() {
      server.journal.splice(0);
      server.clearFaults();
      answer = () => ({ status: 200, json: {} });
    },
  };
}
