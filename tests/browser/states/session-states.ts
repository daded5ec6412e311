import type { SessionView } from "../../../lib/sessions/session.ts";
import { PHONE } from "./device-states.ts";
import { type Answer, problem, type State } from "./state.ts";

const CHIARA = "10000000-0000-4000-8000-000000000003";
const BRUNO = "10000000-0000-4000-8000-000000000002";
const ID = "00000000000000000000000000000001";
const path = `/portal/sessions/${ID}`;
const at = "2026-11-22T08:00:00.000Z";
const later = "2099-01-01T00:00:00.000Z";

const view: SessionView = {
  id: ID,
  state: "open",
  device: { id: PHONE, name: "PHONE-ANA", platform: "ios", userName: "Ana Duval" },
  code: "s12-345-678",
  supporterUrl: "https://get.teamviewer.com/s12345678-secret",
  endCustomerUrl: "https://get.teamviewer.com/s12345678",
  matchCode: "4831",
  reason: "Mail does not open",
  ticket: "INC0012345",
  requestedBy: CHIARA,
  requestedAt: at,
  expiresAt: later,
  notification: { state: "sent", channel: "companyPortal", at },
};
const answered = (changes: Partial<SessionView>) => ({ [`/api/sessions/${ID}`]: { json: { ...view, ...changes } } });
const { supporterUrl: _, ...withoutKey } = view;
type Row = [title: string, changes: Partial<SessionView>, shown: string, next: string | undefined];

const states: Row[] = [
  [
    "being prepared",
    { state: "requested", notification: { state: "none" } },
    "TeamViewer is making the session",
    "Close session",
  ],
  ["open", {}, "Read the match code out", "Open TeamViewer as supporter (opens in a new tab)"],
  ["accepted", { state: "accepted", answeredAt: at }, "Join them there", "Close session"],
  ["declined", { state: "declined", answeredAt: at, closedAt: at }, "The user declined", "Start a new one"],
  [
    "reported",
    { state: "declined", declineReason: "not-requested", closedAt: at },
    "tell your security team",
    "Start a new one",
  ],
  ["in progress", { state: "inProgress", answeredAt: at }, "You are connected", "Close session"],
  ["closed", { state: "closed", closedAt: at }, "The session is over", "Start a new one"],
  [
    "closed after a connection",
    {
      state: "closed",
      closedAt: at,
      connections: [{ startedAt: at, endedAt: "2026-11-22T08:34:00.000Z", minutes: 34 }],
    },
    "Connected for 34 minutes",
    "Start a new one",
  ],
  ["never joined", { state: "expired", closedAt: at, connections: [] }, "Nobody ever connected", "Start a new one"],
  ["expired", { state: "expired", closedAt: at }, "Nobody answered in time", "Start a new one"],
  ["failed", { state: "failed", closedAt: at, code: "", endCustomerUrl: "" }, "could not be made", "Start a new one"],
];

const notifications: Row[] = (
  [
    ["nobody notified", { state: "none" }, "is not being notified"],
    ["queued", { state: "queued", channel: "teams" }, "On its way to Teams"],
    ["unsupported", { state: "unsupported" }, "shows no notifications of ours"],
    ["nobody to notify", { state: "unsupported", reason: "no-user" }, "No user belongs to this device"],
    ["failed", { state: "failed", channel: "email", reason: "no-mailbox" }, "(no-mailbox)"],
    ["unknown", { state: "unknown", channel: "companyPortal", at }, "did not say whether it took it"],
    ["too late", { state: "expired" }, "the session was over by then"],
    [
      "tried one after another",
      {
        state: "sent",
        channel: "email",
        at,
        tried: [
          { channel: "companyPortal", state: "failed", reason: "refused", at },
          { channel: "teams", state: "unknown", reason: "timeout", at },
          { channel: "email", state: "sent", at },
        ],
      },
      "Company Portal: refused (refused)",
    ],
  ] satisfies [string, SessionView["notification"], string][]
).map(([title, notification, shown]) => [`notification: ${title}`, { notification }, shown, "Ask again"]);

/** A press on "Ask again" that is refused. */
const refused = (title: string, answer: Answer, shown: string, next: string): State => ({
  title: `asking again is refused: ${title}`,
  as: "Chiara Agent",
  path,
  answers: { ...answered({}), [`/api/sessions/${ID}/notifications`]: answer },
  act: (page) => page.getByRole("button", { name: "Ask again" }).click(),
  shown,
  next,
});

const asChiara = (state: Omit<State, "as" | "path">): State => ({ as: "Chiara Agent", path, ...state });
const sessions = (title: string, shown: string, next: string | undefined, answer?: Answer): State => ({
  title: `sessions, ${title}`,
  as: "Chiara Agent",
  path: "/portal/sessions?state=open",
  answers: answer ? { "/api/sessions": answer } : {},
  shown,
  next,
});

export const sessionStates: State[] = [
  ...[...states, ...notifications].map(([title, changes, shown, next]) =>
    asChiara({ title: `session ${title}`, answers: answered(changes), shown, next }),
  ),
  asChiara({
    title: "session of a colleague",
    answers: { [`/api/sessions/${ID}`]: { json: { ...withoutKey, requestedBy: BRUNO } } },
    shown: "Only the person who asked",
    next: "Close session",
  }),
  asChiara({
    title: "session, question before it is closed",
    answers: answered({}),
    act: (page) => page.getByRole("button", { name: "Close session" }).click(),
    shown: "Whoever is connected is cut off",
    next: "Cancel",
  }),
  asChiara({
    title: "session, loading",
    answers: { [`/api/sessions/${ID}`]: "never" },
    shown: "Loading…",
    next: undefined,
  }),
  asChiara({ title: "session that there is not", shown: "There is no such session", next: "See all sessions" }),
  asChiara({
    title: "session, no answer in time",
    answers: { [`/api/sessions/${ID}`]: problem(504, "upstream-timeout") },
    shown: "in time. Try again.",
    next: "Try again",
  }),
  refused(
    "too often",
    problem(429, "too-many-notifications", { headers: { "retry-after": "1800" } }),
    "or wait 30 minutes",
    "Copy the link for the user",
  ),
  refused("over meanwhile", problem(409, "session-ended"), "The session is over. Start a new one", "Close session"),
  sessions("none", "They stay here until", "Clear filters"),
  sessions("some", "Ana Duval", "Load more", {
    json: { value: [view, { ...view, id: "b", state: "closed" }], nextPage: "next" },
  }),
  sessions("loading", "Loading…", undefined, "never"),
  sessions("no connection", "cannot be reached", "Try again", "cut"),
  {
    title: "a session for auditors",
    as: "Dev Auditor",
    path,
    answers: { [`/api/sessions/${ID}`]: { json: withoutKey } },
    shown: "Only the person who asked",
    next: undefined,
  },
];
