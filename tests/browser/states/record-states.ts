import type { AuditEntry } from "../../../lib/audit/entry.ts";
import { PHONE } from "./device-states.ts";
import { problem, type State } from "./state.ts";

const CHIARA = "10000000-0000-4000-8000-000000000003";

const entry = (id: string, changes: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  at: "2026-11-22T08:00:00.000Z",
  actor: { id: CHIARA, kind: "person" },
  action: "session.request",
  phase: "outcome",
  result: "success",
  deviceId: PHONE,
  sessionId: "00000000000000000000000000000001",
  correlationId: "0f0e0d0c-0b0a-4908-8706-050403020100",
  ...changes,
});

const entries = [
  entry("1"),
  entry("2", { phase: "intent" }),
  entry("3", { result: "refused", reason: "licence-limit" }),
  entry("4", { result: "failed", actor: { id: "system", kind: "system" }, action: "notification.send" }),
  entry("5", { result: "unknown", actor: { id: "user", kind: "user" }, action: "session.accept" }),
  entry("6", { result: "replayed", actor: { id: "20000000-0000-4000-8000-000000000001", kind: "application" } }),
];

const dependencies = {
  storage: { status: "ok" },
  graph: {
    status: "failing",
    detail: "Grant the app the permission DeviceManagementManagedDevices.Read.All in Entra.",
  },
  somethingNew: { status: "failing", detail: "It cannot be reached." },
};

const states: Omit<State, "as">[] = [
  {
    title: "the audit",
    path: "/portal/audit",
    answers: { "/api/audit": { json: { value: entries, nextPage: "n" } } },
    shown: "asked again",
    next: "Export CSV",
  },
  {
    title: "an audit without entries",
    path: "/portal/audit?actor=nobody",
    shown: "Widen the range",
    next: "Clear filters",
  },
  {
    title: "the audit, loading",
    path: "/portal/audit",
    answers: { "/api/audit": "never" },
    shown: "Loading…",
    next: undefined,
  },
  {
    title: "the audit, a role lost meanwhile",
    path: "/portal/audit",
    answers: { "/api/audit": problem(403, "forbidden") },
    shown: "the role RemoteAssistance.Read.",
    next: "Sign in again",
  },
  {
    title: "the audit, a question that the API refuses",
    path: "/portal/audit?device=PHONE-ANA",
    shown: "That did not work",
    next: "Try again",
  },
  {
    title: "the audit, a range that is none",
    path: "/portal/audit?from=%2B275760-09-13&to=2026-02-31",
    shown: "Who did what",
    next: "Export CSV",
  },
  {
    title: "an export that fails",
    path: "/portal/audit?actor=nobody",
    act: async (page) => {
      await page.getByText("Widen the range").waitFor();
      await page.route(/format=csv/, (route) => route.abort());
      await page.getByRole("button", { name: "Export CSV" }).click();
    },
    shown: "cannot be reached",
    next: "Export CSV",
  },
  { title: "health", path: "/portal/health", shown: "Key Vault", next: "Look again" },
  {
    title: "health with remedies",
    path: "/portal/health",
    answers: { "/api/health": { json: { status: "degraded", dependencies } } },
    shown: "Grant the app the permission",
    next: "Look again",
  },
  {
    title: "health, loading",
    path: "/portal/health",
    answers: { "/api/health": "never" },
    shown: "Loading…",
    next: undefined,
  },
  {
    title: "health that cannot be told",
    path: "/portal/health",
    answers: { "/api/health": problem(500, "internal-error") },
    shown: "It was logged",
    next: "Try again",
  },
];

/** What stands on record: audit and health. */
export const recordStates: State[] = states.map((state) => ({ ...state, as: "Dev Auditor" }));
