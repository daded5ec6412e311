import type { StandInAnswer, StandInRequest, StandInRoute } from "../stand-in.ts";
import { accountOf } from "./accounts.ts";
import { html, page } from "./page.ts";
import type { Realm } from "./realm.ts";
import { endConnection, isUsable, setCustomerThere, startConnection } from "./session-life.ts";
import { linkCode } from "./session-rows.ts";
import type { Session } from "./state.ts";

type Visit = { session: Session; isSupporter: boolean; link: string };

/**
 * The pages behind the links, in place of the apps they open: `/s12345678` is the end customer who opens QuickSupport and
 * waits, `/s12345678-<secret>` the supporter whose TeamViewer connects.
 */
export function linkPages(realm: Realm): StandInRoute[] {
  const visited = (show: (visit: Visit) => StandInAnswer) => (request: StandInRequest) => {
    const visit = findVisit(realm, request.params.link ?? "");
    return visit ? show(visit) : deadPage(404);
  };
  const open = visited((visit) => (visit.isSupporter ? supporterPage(realm, visit) : customerPage(realm, visit)));
  return [
    { method: "GET", path: "/s:link", answer: open },
    { method: "GET", path: "/webclient/s:link", answer: open },
    {
      method: "POST",
      path: "/s:link/leave",
      answer: visited(({ session, isSupporter }) => {
        if (isSupporter) return deadPage(404);
        setCustomerThere(realm, session, false);
        return page(200, "You left the session", html`<p>Nobody can connect to your device now.</p>`);
      }),
    },
    {
      method: "POST",
      path: "/s:link/end",
      answer: visited(({ session, isSupporter }) => {
        if (!isSupporter) return deadPage(404);
        endConnection(realm, session);
        return page(200, "The connection has ended", html`<p>It is now in the connection report.</p>`);
      }),
    },
  ];
}

function findVisit(realm: Realm, text: string): Visit | undefined {
  const [digits, secret] = text.split("-", 2);
  const session = realm.kept.value.sessions.find((candidate) => linkCode(candidate) === `s${digits}`);
  if (!session || text !== [digits, secret].filter((part) => part !== undefined).join("-")) return undefined;
  if (secret !== undefined && secret !== session.secret) return undefined;
  return { session, isSupporter: secret !== undefined, link: `/s${text}` };
}

function customerPage(realm: Realm, { session, link }: Visit): StandInAnswer {
  if (!setCustomerThere(realm, session, true)) return deadPage(410);
  const supporter = accountOf(session.ownerUserid)?.name ?? "";
  return page(
    200,
    session.connection ? "You are connected" : "Waiting for support",
    html`<p>${supporter} can ${session.connection ? "see and control your device" : "connect to your device now"}.</p>
<p>${session.waitingMessage ?? ""}</p>
<p>Session code: <strong>${session.code}</strong></p>
<form method="post" action="${link}/leave"><button>Leave</button></form>`,
  );
}

function supporterPage(realm: Realm, { session, link }: Visit): StandInAnswer {
  const customer = session.endCustomer?.name ?? "The user";
  if (startConnection(realm, session)) {
    return page(
      200,
      "Connected",
      html`<p>You are connected to ${customer}, session ${session.code}.</p>
<form method="post" action="${link}/end"><button class="first">End the connection</button></form>`,
    );
  }
  if (!isUsable(realm, session)) return deadPage(410);
  return page(
    200,
    "Not online yet",
    html`<p>${customer} has not opened the link of session ${session.code} yet.</p>
<form method="get" action="${link}"><button class="first">Join</button></form>`,
  );
}

function deadPage(status: number): StandInAnswer {
  return page(
    status,
    "This session is not valid",
    html`<p>It was closed, it has expired, or the link is not complete.</p>`,
  );
}
