import { randomUUID } from "node:crypto";
import type { SessionView } from "../../../lib/sessions/session.ts";
import { type Answer, APP_URL } from "../../app.ts";
import type { Flow, Scene } from "./flow.ts";
import type { Broken } from "./invariants.ts";
import type { Act } from "./mortal.ts";
import type { Survivors } from "./survivors.ts";
import type { Trace } from "./trace.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** What agents and users do. */
export function sessionFlows({ product, agent, browser, tick }: Survivors): Flow[] {
  const asAgent = async () => `Bearer ${await product.tokenFor("Bruno Agent")}`;

  const opened = async (): Promise<SessionView> => {
    await browser.connected();
    return agent.open();
  };
  /** A session whose user was asked, and the path of the answer page. */
  const asked = async () => {
    const session = await opened();
    await agent.deliverAll();
    return { session, link: agent.linkOf(session.device.id) };
  };

  /** An agent presses the button; when nothing comes back, again with the same Idempotency-Key until there is an answer. */
  const request = (ageMs: number, isRetried: boolean) => async (): Promise<Scene> => {
    await browser.connected();
    product.clock.advance(ageMs);
    const deviceId = agent.device().id;
    const key = randomUUID();
    const body = { deviceId, reason: "The screen stays black" };
    const headers = {
      authorization: await asAgent(),
      "content-type": "application/json",
      "idempotency-key": key,
    };
    let last: Answer | undefined;
    const retry = async () => {
      for (let waited = 0; waited <= 60 && last?.status !== 201; waited += 15) {
        last = await agent.ask(body, { key });
        if (last.status !== 201) product.clock.advance(15_000);
      }
    };
    return {
      act: { function: "session-request", url: `${APP_URL}/api/sessions`, headers, body: JSON.stringify(body) },
      ...(isRetried ? { retry, isUrgent: true } : {}),
      broken: async ({ after }) => {
        if (after.connections.some(({ status }) => status === "needsConsent")) return [];
        if (!isRetried) return after.opened.length > 1 ? ["doubled: TeamViewer was asked twice"] : [];
        if (last?.status !== 201) return [`stuck: the agent's last answer is ${last?.status} ${last?.text}`];
        const [session] = after.sessions;
        const broken: Broken[] = session?.state === "open" ? [] : [`lost: the session is ${session?.state}`];
        if (!last.json<SessionView>().supporterUrl) broken.push("lost: the agent has no supporter link");
        return [...broken, ...notifiedOnce(after, deviceId)];
      },
    };
  };

  const answer = (choice: "accept" | "decline") => async (): Promise<Scene> => {
    const { link } = await asked();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const body = `answer=${choice}`;
    const token = link.slice("/h/".length);
    const statuses: number[] = [];
    return {
      act: { function: "answer", url: `${APP_URL}${link}`, params: { token }, headers, body },
      retry: async () => {
        statuses.push((await product.request("POST", link, { headers, body })).status);
      },
      broken: async ({ after }) => {
        const [session] = after.sessions;
        if (session?.state === (choice === "accept" ? "accepted" : "declined")) return [];
        return [`lost: the user's answer left the session ${session?.state} (${statuses})`];
      },
    };
  };

  /** A request of the agent about an open session, which may be made again. */
  const onSession = async (name: string, path: string, session: SessionView) => {
    const key = randomUUID();
    const headers = { authorization: await asAgent(), "idempotency-key": key };
    const url = `/api/sessions/${session.id}/${path}`;
    const act: Act = { function: name, url: APP_URL + url, params: { id: session.id }, headers };
    return { act, retry: async () => void (await agent.call("POST", url, { key })) };
  };

  const timer = async (broken: Scene["broken"]): Promise<Scene> => ({ act: { function: "follow-sessions" }, broken });

  return [
    { name: "request, and the agent tries again", calls: 20, prepare: request(0, true) },
    { name: "request, and the agent is gone", calls: 20, prepare: request(0, false) },
    { name: "request with a token that ran out", calls: 30, prepare: request(DAY_MS + MINUTE_MS, true) },
    {
      name: "notify",
      calls: 22,
      prepare: async () => {
        const { device } = await opened();
        const [waiting] = await agent.messages();
        const message = waiting?.message;
        return {
          act: { function: "notify", message },
          retry: () => product.deliver("notify", message),
          broken: async ({ dead, after }) => afterNotify(dead, after, device.id),
        };
      },
    },
    {
      name: "notify, and the first channel refuses",
      calls: 30,
      prepare: async () => {
        const { device } = await opened();
        const [waiting] = await agent.messages();
        const message = waiting?.message;
        const path = `${device.id}/sendCustomNotificationToCompanyPortal`;
        product.around.graph.addFault({ path, status: 403, times: 0 });
        return {
          act: { function: "notify", message },
          retry: () => product.deliver("notify", message),
          broken: async ({ dead, after }) => afterTwoChannels(dead, after),
        };
      },
    },
    {
      name: "ask the user again",
      calls: 14,
      prepare: async () => {
        const { session } = await asked();
        const { act, retry } = await onSession("session-notify", "notifications", session);
        return {
          act,
          retry,
          broken: async ({ after }) => {
            const count = after.sends.length;
            return count === 2 ? [] : [`${count > 2 ? "doubled" : "lost"}: ${count} notifications of 2`];
          },
        };
      },
    },
    { name: "accept", calls: 8, prepare: answer("accept") },
    { name: "decline", calls: 15, prepare: answer("decline") },
    {
      name: "close",
      calls: 14,
      prepare: async () => {
        const { act, retry } = await onSession("session-close", "close", await opened());
        return {
          act,
          retry,
          broken: async ({ after }) =>
            after.sessions[0]?.state === "closed" ? [] : [`lost: the session is ${after.sessions[0]?.state}`],
        };
      },
    },
    {
      name: "follow: a session whose time is up",
      calls: 45,
      prepare: async () => {
        await asked();
        product.clock.advance(61 * MINUTE_MS);
        return timer(async ({ after }) =>
          after.sessions[0]?.state === "expired" ? [] : [`stuck: the session is ${after.sessions[0]?.state}`],
        );
      },
    },
    {
      name: "follow: what is owed",
      calls: 28,
      prepare: async () => {
        const { device } = await opened();
        await agent.messages();
        product.clock.advance(2 * MINUTE_MS);
        return timer(async ({ after }) => notifiedOnce(after, device.id));
      },
    },
    {
      name: "follow: what TeamViewer reports of a session that is over",
      calls: 24,
      prepare: async () => {
        const session = await opened();
        await agent.call("POST", `/api/sessions/${session.id}/close`);
        const times = { start_date: "2026-11-22T10:00:00Z", end_date: "2026-11-22T10:34:00Z" };
        product.around.teamviewer.addConnection({ ...times, userid: "u7254190", session_code: session.code });
        product.clock.advance(MINUTE_MS);
        await tick("follow-sessions");
        product.clock.advance(MINUTE_MS);
        return timer(async ({ after }) => reportedOnce(after));
      },
    },
    {
      name: "follow: a request that died at TeamViewer",
      calls: 31,
      prepare: async () => {
        await browser.connected();
        product.around.teamviewer.addFault({ method: "POST", path: "/sessions$", behaviour: "reset-after" });
        product.around.teamviewer.addFault({ method: "GET", path: "/sessions$", status: 500 });
        await agent.ask({ deviceId: agent.device().id });
        product.clock.advance(2 * MINUTE_MS);
        await tick("keep-connected");
        return timer(async ({ after }) =>
          after.sessions[0]?.state === "failed" ? [] : [`stuck: the session is ${after.sessions[0]?.state}`],
        );
      },
    },
  ];
}

function reportedOnce({ audit, sessions }: Trace): Broken[] {
  const told = audit.filter(({ action }) => action === "session.report").map(({ reason }) => reason);
  const joined = sessions[0]?.connections?.map(({ minutes }) => minutes);
  if (String(told) === "1 connection, 34 minutes" && String(joined) === "34") return [];
  return [`${told.length > 1 ? "doubled" : "lost"}: reported ${told.length} times, connections of ${joined} minutes`];
}

function notifiedOnce({ sends, sessions }: Trace, deviceId: string): Broken[] {
  const count = sends.filter((each) => each === deviceId).length;
  const state = sessions[0]?.notification.state;
  if (count === 1 && state === "sent") return [];
  return [`${count > 1 ? "doubled" : "lost"}: ${count} notifications, said to be ${state}`];
}

/** Nobody can tell only when the process died holding the key: between taking it and writing down how the call ended. */
function afterNotify(dead: Trace, after: Trace, deviceId: string): Broken[] {
  const isAmbiguous = dead.ledger.length > 0 && dead.sessions[0]?.notification.state === "queued";
  if (!isAmbiguous || outcomesIn(dead) > 0) return notifiedOnce(after, deviceId);
  const { sends, sessions } = after;
  const state = sessions[0]?.notification.state;
  if (sends.length > dead.sends.length) return ["doubled: sent after a crash that nobody can judge"];
  return state === "unknown" ? [] : [`stuck: a notification that nobody can judge is ${state}`];
}

/** The tries of which the audit tells how they ended. */
const outcomesIn = ({ audit }: Trace) =>
  audit.filter(({ action, result }) => action.startsWith("notification.") && /success|failed/.test(result ?? ""))
    .length;

/**
 * The first channel refuses, so the second asks, unless the process died holding a key of which the session does not tell
 * yet what came of it.
 */
function afterTwoChannels(dead: Trace, after: Trace): Broken[] {
  const { sends, mails, sessions } = after;
  const known = dead.sessions[0]?.notification;
  const told = Math.max(known?.tried?.length ?? 0, outcomesIn(dead));
  const isAmbiguous = known?.state === "queued" && dead.ledger.length > told;
  const { state, channel } = sessions[0]?.notification ?? {};
  const broken: Broken[] = [];
  if (sends.length > 1) broken.push(`doubled: the first channel was asked ${sends.length} times`);
  if (mails > 1) broken.push(`doubled: ${mails} e-mails`);
  if (isAmbiguous && mails > dead.mails) broken.push("doubled: sent after a crash that nobody can judge");
  if (isAmbiguous ? state !== "unknown" : state !== "sent" || channel !== "email" || mails !== 1)
    broken.push(`${isAmbiguous ? "stuck" : "lost"}: ${mails} e-mails, said to be ${state} ${channel}`);
  return broken;
}
