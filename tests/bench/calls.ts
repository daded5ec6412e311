import { type BaselineApp, startBaselineApp } from "./baseline-app.ts";
import { monthlyCost } from "./cost.ts";
import type { Figure } from "./figure.ts";
import { type MeasuredProduct, startMeasuredProduct } from "./measured-product.ts";
import { measureCostAgainstQuickstart } from "./quickstart-cost.ts";
import { type CountedCalls, takeCalls } from "./storage-calls.ts";
import { type LifeCalls, liveWholeLives } from "./whole-life.ts";

const SESSIONS = 20;
const GOAL_LIFE = 30;
/** By the whole job, which is done once at the start, and by the two requests here. */
const NOTIFIED_BEFORE = 3;
const goals = { Graph: 1, TeamViewer: 1, "Key Vault": 0, table: 6, queue: 1 } as const;
type Dependency = keyof typeof goals;

/** What a session asks of each dependency, in steady state and over its whole life, and what a million of them cost. */
export async function measureCalls(sessions = SESSIONS): Promise<Figure[]> {
  const measured = await startMeasuredProduct();
  const quickstart = await startBaselineApp(measured.product);
  try {
    const phone = measured.newDevice("PHONE-ANA");
    await measured.requestSession(phone);
    const steady = await callsOf(measured, () => measured.requestSession(phone));
    await measured.tookMs("notify", NOTIFIED_BEFORE);
    const baseline = await callsOf(measured, () => requestAsQuickstart(quickstart, phone));
    const cost = await measureCostAgainstQuickstart(measured, quickstart);
    const life = await liveWholeLives(measured, sessions);
    const ofRequest = (Object.keys(goals) as Dependency[]).map(
      (name): Figure => ({
        what: `POST /api/sessions: ${name} calls`,
        unit: "calls",
        measured: steady[name],
        goal: goals[name],
        baseline: { what: "as quickstarts do it", measured: baseline[name] },
      }),
    );
    return [...ofRequest, ...figuresOf(life, sessions), ...cost];
  } finally {
    await quickstart.stop();
    await measured.stop();
  }
}

async function callsOf({ product }: MeasuredProduct, request: () => Promise<unknown>) {
  const { vault, graph, teamviewer, storage } = product.surroundings;
  for (const { journal } of [vault, graph, teamviewer]) journal.splice(0);
  takeCalls(storage.journal);
  await request();
  const { table, queue } = takeCalls(storage.journal);
  const [Vault, Graph, TeamViewer] = [vault, graph, teamviewer].map(({ journal }) => journal.length);
  return { Graph: Graph ?? 0, TeamViewer: TeamViewer ?? 0, "Key Vault": Vault ?? 0, table, queue };
}

async function requestAsQuickstart({ url }: BaselineApp, deviceId: string) {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ deviceId }) };
  const answer = await fetch(`${url}/quickstart/sessions`, init);
  if (answer.status !== 201) throw new Error(`The quickstart answered ${answer.status}`);
}

function figuresOf({ lived, reported, quietMinute, minutes }: LifeCalls, sessions: number): Figure[] {
  const sumOf = ({ table, queue }: CountedCalls) => table + queue;
  const own: CountedCalls = {
    table: (lived.table - minutes * quietMinute.table) / sessions,
    queue: lived.queue / sessions,
    seal: Math.max(0, lived.seal - minutes * quietMinute.seal) / sessions,
    delete: lived.delete / sessions,
  };
  const none = { unit: "calls", goal: Number.POSITIVE_INFINITY } as const;
  return [
    {
      what: `a session's whole life, ${sessions} side by side: storage calls of its own`,
      unit: "calls",
      measured: sumOf(own),
      goal: GOAL_LIFE,
    },
    {
      what: `the same with its share of the timers' calls, ${sessions} sessions a minute`,
      unit: "calls",
      measured: sumOf(own) + sumOf(quietMinute) / sessions,
      goal: GOAL_LIFE,
    },
    { what: "the same: messages that the host strikes off", measured: own.delete, ...none },
    { what: "TeamViewer's report of a session: storage calls", measured: sumOf(reported) / sessions, ...none },
    { what: "a minute in which nothing happens: storage calls of the timers", measured: sumOf(quietMinute), ...none },
    ...monthlyCost(own, quietMinute),
  ];
}
