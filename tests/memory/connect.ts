import { makeAnswerTokens } from "../../lib/adapters/azure/seal.ts";
import type { ConnectorView } from "../../lib/connector/connection.ts";
import type { SessionView } from "../../lib/sessions/session.ts";
import type { Answer, AppProcess } from "../app-process.ts";
import { tokenFor, type World } from "./world.ts";

/** Consent, start and TeamViewer's redirect: what the administrator's browser brings back. */
export async function consented(world: World, process: AppProcess, as = "Ada Administrator") {
  const body = { termsVersion: "1", termsAccepted: true };
  const asked = await process.request("POST", "/api/connector/consents", { token: tokenFor(as), body });
  const { id, startUrl } = must(asked, 201).json<{ id: string; startUrl: string }>();
  const started = must(await process.request("GET", startUrl), 302);
  const state = new URL(started.headers.get("location") ?? "").searchParams.get("state") ?? "";
  const [cookie] = started.cookies;
  const path = `/api/connector/callback?${new URLSearchParams({ code: world.grants.consent(), state })}`;
  return { id, path, cookie: `${cookie?.name}=${cookie?.value}` };
}

export const cameBack = (process: AppProcess, { path, cookie }: { path: string; cookie: string }) =>
  process.request("GET", path, { headers: { cookie } });

export const confirmed = (process: AppProcess, id: string, as = "Ada Administrator") =>
  process.request("POST", `/api/connector/consents/${id}/confirm`, { token: tokenFor(as) });

/** The whole of connecting. */
export async function connect(world: World, process: AppProcess): Promise<ConnectorView> {
  const consent = await consented(world, process);
  must(await cameBack(process, consent), 200);
  return must(await confirmed(process, consent.id), 200).json<ConnectorView>();
}

export const request = (process: AppProcess, body: { deviceId: string; notify?: boolean }, key: string) =>
  process.request("POST", "/api/sessions", {
    token: tokenFor("Bruno Agent"),
    body,
    headers: { "idempotency-key": key },
  });

/** A session that was opened. */
export async function openSession(world: World, process: AppProcess, deviceId = world.device().id) {
  return must(await request(process, { deviceId }, world.newText()), 201).json<SessionView>();
}

export function must(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer;
  throw new Error(`expected ${status}, got ${answer.status} ${answer.text}`);
}

/** The path of a session's answer page, which its notification holds. */
export async function answerPageOf({ secrets }: World, sessionId: string): Promise<string> {
  const stateKey = async () => (await secrets.port.get("state-key")) ?? "";
  return `/h/${await makeAnswerTokens({ stateKey }).tokenOf(sessionId)}`;
}
