import type { ConnectorView } from "../../../lib/connector/connection.ts";
import { problem, type State } from "./state.ts";

const ADA = "10000000-0000-4000-8000-000000000001";
const BRUNO = "10000000-0000-4000-8000-000000000002";
const path = "/portal/connector";

const connector = (changes: Partial<ConnectorView>) => ({
  "/api/connector": {
    json: {
      status: "connected",
      account: { name: "Contoso IT", company: "Contoso Ltd", email: "it@contoso.example" },
      connectedBy: ADA,
      termsVersion: "1",
      ...changes,
    },
  },
});
const connectedAt = "2026-11-20T09:30:00.000Z";
const awaiting = (connectedBy: string) => connector({ status: "awaitingConfirmation", connectedBy });

const administrator: Omit<State, "as" | "path">[] = [
  { title: "not connected", shown: "Enable the connector: accept", next: "Enable" },
  {
    title: "terms",
    act: (page) => page.getByRole("button", { name: "Enable" }).click(),
    shown: "read them before you accept them",
    next: "Cancel",
  },
  {
    title: "terms that could not be accepted",
    answers: { "/api/connector/consents": problem(403, "forbidden") },
    act: async (page) => {
      await page.getByRole("button", { name: "Enable" }).click();
      await page.getByRole("checkbox").check();
      await page.getByRole("button", { name: "Accept and continue to TeamViewer" }).click();
    },
    shown: "the role RemoteAssistance.Update.",
    next: "Sign in again",
  },
  {
    title: "own consent, on another page",
    answers: awaiting(ADA),
    shown: "You asked for this connection",
    next: /wrong/,
  },
  {
    title: "somebody else's consent",
    answers: awaiting(BRUNO),
    shown: "Somebody asked for this",
    next: /wrong account/,
  },
  { title: "connected", answers: connector({ connectedAt }), shown: "Connected since", next: "Disconnect" },
  {
    title: "question before it is disconnected",
    answers: connector({ connectedAt }),
    act: (page) => page.getByRole("button", { name: "Disconnect" }).click(),
    shown: "Disconnect TeamViewer?",
    next: "Cancel",
  },
  {
    title: "consent lost",
    answers: connector({ status: "needsConsent", connectedAt }),
    shown: "TeamViewer no longer accepts",
    next: "Give consent again",
  },
  {
    title: "being disconnected",
    answers: connector({ status: "disconnecting", connectedAt }),
    shown: "nothing has to be done",
    next: undefined,
  },
  { title: "loading", answers: { "/api/connector": "never" }, shown: "Loading…", next: undefined },
  {
    title: "a failure",
    answers: { "/api/connector": problem(500, "internal-error") },
    shown: "It was logged",
    next: "Try again",
  },
  { title: "no connection", answers: { "/api/connector": "cut" }, shown: "cannot be reached", next: "Try again" },
];

/** The connector's screen, as those see it who may change it, and as others do. */
export const connectorStates: State[] = [
  ...administrator.map((state) => ({ ...state, as: "Ada Administrator", path })),
  ...[
    {
      title: "account to confirm",
      next: "Confirm and connect",
      shown: "Confirm it only if it is the one that Contoso",
    },
    {
      title: "consent that ran out",
      shown: "This consent was refused, failed or ran out",
      next: "Go to the connector",
      isConfirmed: true,
    },
  ].map(({ isConfirmed, ...state }) => ({
    ...state,
    as: "Ada Administrator",
    path: `${path}?consent=one`,
    answers: { ...awaiting(ADA), "/api/connector/consents/one/confirm": problem(409, "consent-expired") },
    ...(isConfirmed
      ? {
          act: (page: Parameters<NonNullable<State["act"]>>[0]) =>
            page.getByRole("button", { name: /^Confirm/ }).click(),
        }
      : {}),
  })),
  { title: "not connected, for agents", as: "Bruno Agent", path, shown: "can change the connector", next: undefined },
  {
    title: "an agent's health",
    as: "Bruno Agent",
    path: "/portal/health",
    shown: "see each dependency",
    next: "Look again",
  },
  {
    title: "an audit that is not an agent's",
    as: "Bruno Agent",
    path: "/portal/audit",
    shown: "not allowed to see this",
    next: "Go to the start",
  },
  {
    title: "devices that are not an auditor's",
    as: "Dev Auditor",
    path: "/portal/devices/x",
    shown: "not allowed to see this",
    next: "Go to the start",
  },
  {
    title: "no such page",
    as: "Dev Auditor",
    path: "/portal/a/b/c/d",
    shown: "The address may be old",
    next: "Go to the start",
  },
  {
    title: "nobody's role",
    as: "Elif Nobody",
    path: "/portal/devices",
    shown: "Ask an administrator to assign",
    next: "Sign out",
  },
];
