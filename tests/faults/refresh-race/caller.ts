import { randomUUID } from "node:crypto";
import { HttpRequest, HttpResponse, InvocationContext } from "@azure/functions";
import { httpRoutes } from "../../../functions/routes.ts";
import { createApp } from "../../../lib/app.ts";
import { readSettings } from "../../../lib/settings.ts";

/** One round: the product's time, and the sessions whose supporter links are asked for, all at once. */
export type Round = { nowMs: number; sessionIds: readonly string[]; token: string };

/** What went wrong in a round, a line per caller, and how long the slowest waited. */
export type Outcome = { failed: string[]; slowestMs: number };

let nowMs = 0;
const app = createApp(readSettings(process.env), () => new Date(nowMs));
const handler = httpRoutes.find(({ name }) => name === "session")?.handler(() => app);

/** A supporter link is never stored: each one asks TeamViewer, with a token that is good. */
async function ask(id: string, token: string): Promise<string | undefined> {
  const url = `http://127.0.0.1/api/sessions/${id}`;
  const request = { method: "GET", url, params: { id }, headers: { authorization: `Bearer ${token}` } };
  const context = new InvocationContext({
    invocationId: randomUUID(),
    functionName: "session",
    logHandler: () => undefined,
  });
  const answer = new HttpResponse((await handler?.(new HttpRequest(request), context)) ?? { status: 500 });
  const text = await answer.text();
  return answer.status === 200 && text.includes('"supporterUrl"')
    ? undefined
    : `${answer.status} ${text.slice(0, 300)}`;
}

async function run({ nowMs: at, sessionIds, token }: Round): Promise<Outcome> {
  nowMs = at;
  const startedMs = performance.now();
  const answers = await Promise.all(sessionIds.map((id) => ask(id, token)));
  return { failed: answers.filter((each) => each !== undefined), slowestMs: performance.now() - startedMs };
}

process.on("message", (round: Round) => {
  run(round)
    .then((outcome) => process.send?.(outcome))
    .catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
});
process.send?.("ready");
