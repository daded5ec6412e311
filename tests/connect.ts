import type { ConnectorView } from "../lib/connector/connection.ts";
import { type Answer, APP_URL, type AppProcess, type TestApp } from "./app.ts";

export type Consent = { id: string; startUrl: string; expiresAt: string };

/** What the administrator's browser has after the start: where TeamViewer's page is, the state in it, the cookie. */
export type Started = { location: string; state: string; cookie: string };

/** The administrator's part of connecting TeamViewer, step by step, and all of it at once. */
export function connecting(product: TestApp, process: () => AppProcess = product.process) {
  const asked = async (as = "Ada Administrator"): Promise<Consent> => {
    const body = { termsVersion: "1", termsAccepted: true };
    const token = await product.tokenFor(as);
    return must(await process().request("POST", "/api/connector/consents", { token, body }), 201).json<Consent>();
  };
  const opened = async ({ startUrl }: Pick<Consent, "startUrl">): Promise<Started> => {
    const answer = must(await process().request("GET", startUrl), 302);
    const location = answer.headers.get("location") ?? "";
    const [cookie] = answer.cookies;
    const state = new URL(location).searchParams.get("state") ?? "";
    return { location, state, cookie: `${cookie?.name}=${cookie?.value}` };
  };
  /** The address that TeamViewer sends the browser back to, with its path and query. */
  const consented = async ({ location }: Pick<Started, "location">, decision = "allow", account = "u7254190") => {
    const form = new URLSearchParams(new URL(location).searchParams);
    form.set("decision", decision);
    form.set("account", account);
    const url = `${product.around.teamviewer.url}/oauth2/authorize`;
    const answer = await fetch(url, { method: "POST", body: form, redirect: "manual" });
    await answer.body?.cancel();
    const back = answer.headers.get("location") ?? "";
    if (!back.startsWith(APP_URL)) throw new Error(`TeamViewer answered ${answer.status} ${back}`);
    return back.slice(APP_URL.length);
  };
  const cameBack = (path: string, cookie?: string, headers: Record<string, string> = {}) =>
    process().request("GET", path, { headers: { ...headers, ...(cookie ? { cookie } : {}) } });
  const confirmed = async ({ id }: Pick<Consent, "id">, as = "Ada Administrator") =>
    process().request("POST", `/api/connector/consents/${id}/confirm`, { token: await product.tokenFor(as) });
  /** Consent, start and callback; the account waits for confirmation. */
  const waiting = async (as?: string, account?: string): Promise<Consent> => {
    const consent = await asked(as);
    const started = await opened(consent);
    must(await cameBack(await consented(started, "allow", account), started.cookie), 200);
    return consent;
  };
  /** The whole flow; TeamViewer is connected after it. */
  const connected = async (as?: string, account?: string): Promise<ConnectorView> => {
    const consent = await waiting(as, account);
    return must(await confirmed(consent, as), 200).json<ConnectorView>();
  };
  return { asked, opened, consented, cameBack, confirmed, waiting, connected };
}

function must(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer;
  throw new Error(`expected ${status}, got ${answer.status} ${answer.text}`);
}

/** The token calls TeamViewer got: exchanges of a code or refreshes. */
export function tokenCalls({ around }: TestApp, grantType: "authorization_code" | "refresh_token") {
  const calls = around.teamviewer.journal.filter(({ path }) => path === "/api/v1/oauth2/token");
  return calls.filter(({ body }) => new URLSearchParams(body).get("grant_type") === grantType);
}

export const revokeCalls = ({ around }: TestApp) =>
  around.teamviewer.journal.filter(({ path }) => path === "/api/v1/oauth2/revoke");

/** The grants that TeamViewer still honours. */
export const liveGrants = ({ around }: TestApp) => around.teamviewer.grants().filter(({ live }) => live);

/** The connector as an auditor sees it. */
export async function connectorOf(product: TestApp): Promise<ConnectorView> {
  const token = await product.tokenFor("Dev Auditor");
  return must(await product.request("GET", "/api/connector", { token }), 200).json<ConnectorView>();
}

/** An audit in short: action, phase and result of each entry. */
export const inShort = (entries: { action: string; phase: string; result?: string | undefined }[]) =>
  entries.map(({ action, phase, result }) => [action, phase, result].filter(Boolean).join(" "));
