import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import type { ConnectorView } from "../../../lib/connector/connection.ts";
import type { DeviceView } from "../../../lib/devices/device.ts";
import type { SessionView } from "../../../lib/sessions/session.ts";
import type { Addresses } from "../addresses.ts";
import { ask, call, tokenOfApplication, tokenOfPerson } from "./browser.ts";
import { expect, type Steps } from "./steps.ts";

type List<T> = { value: T[]; nextPage?: string };
type Sent = { title: string; body: string; shown: boolean };

const DEADLINE_MS = 75_000;
const POLL_MS = 250;

/**
 * Does the whole job over HTTP as each of the people would; answers the session's audit entries. With the host's master
 * key the minute's timer is run by hand (learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http).
 */
export async function doTheJob(
  { step }: Steps,
  addresses: Addresses,
  masterKey: string | undefined,
): Promise<AuditEntry[]> {
  const { app, graph, teamviewer, settings } = addresses;
  const api = `${app}/api`;

  await step("Anybody", "looks whether the product is well", async (say) => {
    const { text } = await ask(`${api}/health`);
    expect(text === '{"status":"ok"}', `GET /api/health answered ${text}`);
    say(text);
  });

  const administrator = await step("Ada, administrator", "signs in at Entra", async (say) => {
    const token = await tokenOfPerson(addresses, "Ada Administrator");
    say("code and PKCE, role RemoteAssistance.Update");
    return token;
  });

  const consent = await step("Ada", "accepts the terms", async (say) => {
    const body = { termsVersion: "1", termsAccepted: true };
    const made = await call<{ id: string; startUrl: string }>(`${api}/connector/consents`, administrator, 201, {
      method: "POST",
      body,
    });
    say(`consent ${made.id.slice(0, 8)}…, a link that works once for a minute`);
    return made;
  });

  const toTeamViewer = await step("Ada's browser", "opens the link", async (say) => {
    const started = await ask(consent.startUrl);
    const location = started.headers.get("location") ?? "";
    expect(
      started.status === 302 && location.startsWith(teamviewer),
      `the link answered ${started.status} ${location}`,
    );
    say("a sealed cookie, on to TeamViewer's consent page");
    return { location, cookie: (started.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
  });

  await step("Ada", "allows the connector at TeamViewer", async (say) => {
    const form = new URLSearchParams(new URL(toTeamViewer.location).searchParams);
    form.set("decision", "allow");
    const allowed = await ask(`${teamviewer}/oauth2/authorize`, { method: "POST", body: form });
    const back = await ask(allowed.headers.get("location") ?? "", {
      headers: { cookie: toTeamViewer.cookie, "accept-language": "en" },
    });
    expect(back.status === 200, `the callback answered ${back.status} ${back.text.slice(0, 200)}`);
    say(`back at the connector: "${/<h1>([^<]*)/.exec(back.text)?.[1]}"`);
  });

  await step("Ada", "looks at the account and confirms it", async (say) => {
    const waiting = await call<ConnectorView>(`${api}/connector`, administrator, 200);
    const confirmed = await call<ConnectorView>(`${api}/connector/consents/${consent.id}/confirm`, administrator, 200, {
      method: "POST",
    });
    expect(confirmed.status === "connected", `the connector is ${confirmed.status}`);
    say(`${waiting.account?.name}, ${waiting.account?.company}: ${confirmed.status}`);
  });

  const agent = await step("Bruno, agent", "signs in at Entra", async (say) => {
    const token = await tokenOfPerson(addresses, "Bruno Agent");
    say("role RemoteAssistance.Request");
    return token;
  });

  const device = await step("Bruno", "looks for the device PHONE-ANA", async (say) => {
    const { value } = await call<List<DeviceView>>(`${api}/devices?search=phone-ana`, agent, 200);
    const found = value.find(({ name }) => name === "PHONE-ANA");
    expect(found?.eligibility.eligible === true, `found ${value.map(({ name }) => name).join(", ") || "nothing"}`);
    say(`${found.platform} of ${found.userName}, eligible, channel ${found.eligibility.channels.join(", ")}`);
    return found;
  });

  await step("Bruno", "tries a HoloLens, which cannot be helped", async (say) => {
    const { value } = await call<List<DeviceView>>(`${api}/devices?search=HOLO-01`, agent, 200);
    const body = { deviceId: value[0]?.id };
    const problem = await call<{ code: string; reasons: { code: string }[] }>(`${api}/sessions`, agent, 422, {
      method: "POST",
      body,
      key: randomUUID(),
    });
    say(`422 ${problem.code}: ${problem.reasons.map(({ code }) => code).join(", ")}`);
  });

  const key = randomUUID();
  const body = { deviceId: device.id, reason: "Mail does not open", ticket: "INC0012345" };
  const session = await step("Bruno", "requests a session", async (say) => {
    const made = await call<SessionView>(`${api}/sessions`, agent, 201, { method: "POST", body, key });
    expect(made.state === "open" && made.supporterUrl !== undefined, `the session is ${made.state}`);
    say(`${made.code}, match code ${made.matchCode}, notification ${made.notification.state}`);
    return made;
  });

  await step("Bruno", "sends the same request again (a slow network)", async (say) => {
    const again = await call<SessionView>(`${api}/sessions`, agent, 201, { method: "POST", body, key });
    expect(again.id === session.id, "a second session was made");
    const remote = JSON.parse((await ask(`${teamviewer}/_control/sessions`)).text) as { custom_api: string | null }[];
    const ours = remote.filter(({ custom_api }) => custom_api?.includes(session.id)).length;
    expect(ours === 1, `TeamViewer has ${ours} sessions for it`);
    say("the same session; TeamViewer has one");
  });

  const link = await step("Ana, user", "sees the Company Portal notification", async (say) => {
    const sent = await until("the notification", async () => {
      const { text } = await ask(`${graph}/_control/notifications?deviceId=${device.id}`);
      return (JSON.parse(text) as Sent[]).find(({ body }) => body.includes(session.matchCode));
    });
    const url = /https?:\/\/\S+\/h\/[\w-]+/.exec(sent.body)?.[0];
    expect(url !== undefined, `no link in "${sent.body}"`);
    await until("the session says so", async () => {
      const { notification } = await call<SessionView>(`${api}/sessions/${session.id}`, agent, 200);
      return notification.state === "sent" ? notification : undefined;
    });
    say(`"${sent.title}", with the match code; the session says: sent`);
    return url;
  });

  await step("Ana", "opens the page behind it", async (say) => {
    const page = await ask(link, { headers: { "accept-language": "fr-FR,fr;q=0.9" } });
    expect(page.status === 200 && page.text.includes(session.matchCode), `the page answered ${page.status}`);
    say(
      `in ${page.headers.get("content-language")}: "${/<h1>([^<]*)/.exec(page.text)?.[1]}", with reason and match code`,
    );
  });

  await step("Ana", "accepts", async (say) => {
    const answered = await ask(link, { method: "POST", body: new URLSearchParams({ answer: "accept" }) });
    const location = answered.headers.get("location");
    expect(
      answered.status === 303 && location === session.endCustomerUrl,
      `the answer was ${answered.status} ${location}`,
    );
    const { state } = await call<SessionView>(`${api}/sessions/${session.id}`, agent, 200);
    expect(state === "accepted", `the session is ${state}`);
    say("303 to TeamViewer; the session is accepted");
  });

  await step("Ana", "lets TeamViewer connect", async (say) => {
    await ask(session.endCustomerUrl);
    if (masterKey) {
      const headers = { "x-functions-key": masterKey, "content-type": "application/json" };
      await ask(`${app}/admin/functions/follow-sessions`, { method: "POST", headers, body: "{}" });
    }
    const joined = await until("the session is in progress", async () => {
      const now = await call<SessionView>(`${api}/sessions/${session.id}`, agent, 200);
      return now.state === "inProgress" ? now : undefined;
    });
    say(`seen by the minute's timer: ${joined.state}`);
  });

  await step("Bruno", "closes the session, twice", async (say) => {
    for (const time of ["first", "second"]) {
      const { state } = await call<SessionView>(`${api}/sessions/${session.id}/close`, agent, 200, { method: "POST" });
      expect(state === "closed", `the ${time} time: ${state}`);
    }
    const remote = JSON.parse((await ask(`${teamviewer}/_control/sessions`)).text) as { code: string; state: string }[];
    const state = remote.find(({ code }) => code === session.code)?.state;
    expect(state?.toLowerCase() === "closed", `at TeamViewer it is ${state}`);
    say("closed here and at TeamViewer");
  });

  await step("Ana", "opens the old link", async (say) => {
    const page = await ask(link);
    expect(page.status === 404 && !page.text.includes(`>${session.matchCode}<`), `the page answered ${page.status}`);
    say(`"${/<h1>([^<]*)/.exec(page.text)?.[1]}"`);
  });

  await step("Ticket system, automation", "requests a session on a Windows PC", async (say) => {
    const token = await tokenOfApplication(addresses, "Ticket system");
    const { value } = await call<List<DeviceView>>(`${api}/devices?search=PC-001`, token, 200);
    const pc = value.find(({ name }) => name === "PC-001");
    const made = await call<SessionView>(`${api}/sessions`, token, 201, {
      method: "POST",
      body: { deviceId: pc?.id },
      key: randomUUID(),
    });
    expect(made.notification.state === "unsupported", `the notification is ${made.notification.state}`);
    await call<SessionView>(`${api}/sessions/${made.id}/close`, token, 200, { method: "POST" });
    say(`${made.code}; notification unsupported, so the link is passed on by hand; closed`);
  });

  return step("Dev, auditor", "reads what happened", async (say) => {
    const token = await tokenOfPerson(addresses, "Dev Auditor");
    const { value } = await call<List<AuditEntry>>(
      `${api}/audit?device=${device.id}&session=${session.id}`,
      token,
      200,
    );
    const done = value
      .filter(({ phase, result }) => phase === "outcome" && result === "success")
      .map(({ action }) => action);
    for (const action of ["session.request", "notification.send", "session.accept", "session.join", "session.close"]) {
      expect(done.includes(action as AuditEntry["action"]), `${action} is not in the audit`);
    }
    const secrets = [
      session.supporterUrl ?? "",
      session.endCustomerUrl,
      link,
      settings.ORGANIZATION_NAME ?? "",
      device.userName ?? "",
    ];
    expect(
      !secrets.some((secret) => secret !== "" && JSON.stringify(value).includes(secret)),
      "a link or a name is in the audit",
    );
    say(`${value.length} entries about this session, no name and no link in them`);
    return value.reverse();
  });
}

/** Asks until there is an answer. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const endMs = performance.now() + DEADLINE_MS;
  while (performance.now() < endMs) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(POLL_MS);
  }
  throw new Error(`${what}: not seen within ${DEADLINE_MS / 1000} s`);
}
