import type { SessionStore } from "./ports.ts";
import type { Session } from "./session.ts";

export type Range = { from: Date; to: Date };

const BATCH = 25;

/** Sessions that were requested in the range, newest first, from the one after `after` on. Rows are read some at a time. */
export async function* sessionsBetween(
  sessions: Pick<SessionStore, "ids" | "find">,
  { from, to }: Range,
  after = { requestedAt: to.toISOString(), id: "" },
): AsyncIterable<Session> {
  let batch: string[] = [];
  const read = async () => {
    const found = await Promise.all(batch.map((id) => sessions.find(id)));
    batch = [];
    return found.flatMap((stored) => (stored ? [stored.session] : []));
  };
  const isIn = ({ requestedAt }: Session) => requestedAt < to.toISOString() && requestedAt >= from.toISOString();

  for await (const id of sessions.ids({}, after)) {
    batch.push(id);
    if (batch.length < BATCH) continue;
    const read25 = await read();
    yield* read25.filter(isIn);
    if (read25.some(({ requestedAt }) => requestedAt < from.toISOString())) return;
  }
  yield* (await read()).filter(isIn);
}
