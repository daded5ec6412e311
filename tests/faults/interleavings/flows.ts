import type { SessionView } from "../../../lib/sessions/session.ts";
import type { AppProcess } from "../../app-process.ts";
import { cameBack, confirmed, consented, request } from "../../memory/connect.ts";
import { tokenFor, type World } from "../../memory/world.ts";

/** What is there before the flows start. */
export type Scene = {
  world: World;
  /** A session that was opened, the path of its answer page and its first message. */
  session: SessionView;
  page: string;
  message: unknown;
  /** A consent whose redirect is about to come, and two whose accounts wait for confirmation. */
  coming: { id: string; path: string; cookie: string } | undefined;
  waiting: readonly string[];
};

/** What one flow's caller was told; undefined for timers and queues. */
export type Told = { flow: Flow; status: number; text: string } | undefined;

type Act = (scene: Scene, process: AppProcess) => Promise<{ status: number; text: string } | undefined>;

const AGENT = "Bruno Agent";
const ADMINISTRATOR = "Ada Administrator";

const answer =
  (given: string): Act =>
  ({ page }, process) =>
    process.request("POST", page, {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: `answer=${given}`,
    });

const timer =
  (name: string): Act =>
  async (_scene, process) => {
    await process.runTimer(name);
    return undefined;
  };

const requestWith =
  (key: string): Act =>
  ({ session }, process) =>
    request(process, { deviceId: session.device.id }, key);

const acts = {
  request: requestWith("first"),
  "the same request": requestWith("first"),
  "a request for the same device": requestWith("second"),
  accept: answer("accept"),
  decline: answer("decline"),
  close: ({ session }, process) =>
    process.request("POST", `/api/sessions/${session.id}/close`, { token: tokenFor(AGENT) }),
  notify: async ({ message }, process) => {
    await process.deliver("notify", message);
    return undefined;
  },
  "notify whatever waits": async ({ world }, process) => {
    for (const message of world.queue.splice(0)) await process.deliver("notify", message);
    return undefined;
  },
  "ask again": ({ session }, process) =>
    process.request("POST", `/api/sessions/${session.id}/notifications`, { token: tokenFor(AGENT) }),
  follow: timer("follow-sessions"),
  "keep connected": timer("keep-connected"),
  callback: async ({ coming }, process) => coming && cameBack(process, coming),
  confirm: ({ waiting: [id = ""] }, process) => confirmed(process, id),
  "confirm another": ({ waiting: [, id = ""] }, process) => confirmed(process, id),
  disconnect: (_scene, process) => process.request("DELETE", "/api/connector", { token: tokenFor(ADMINISTRATOR) }),
} satisfies Record<string, Act>;

export type Flow = keyof typeof acts;
export const flows = Object.keys(acts) as Flow[];

export const run = async (flow: Flow, scene: Scene, process: AppProcess): Promise<Told> => {
  const told = await acts[flow](scene, process);
  return told && { flow, status: told.status, text: told.text };
};

/** What the flows need to be there. */
export async function prepareConsents(world: World, process: AppProcess, wanted: readonly Flow[]) {
  const waiting: string[] = [];
  if (wanted.some((flow) => flow.startsWith("confirm"))) {
    for (let count = 0; count < 2; count += 1) {
      const consent = await consented(world, process);
      await cameBack(process, consent);
      waiting.push(consent.id);
    }
  }
  return { waiting, coming: wanted.includes("callback") ? await consented(world, process) : undefined };
}
