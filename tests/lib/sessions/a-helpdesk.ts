import type { Principal } from "../../../lib/access/principal.ts";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import type { AuditQuery } from "../../../lib/audit/ports.ts";
import { makeAudit } from "../../../lib/audit/record.ts";
import type { Access, TeamViewerAccess } from "../../../lib/connector/access.ts";
import type { Channel, Device } from "../../../lib/devices/device.ts";
import type { DeviceDirectory } from "../../../lib/devices/ports.ts";
import { makeAskThrough } from "../../../lib/notifications/ask-through.ts";
import type { NotificationMessage, NotificationQueue, Senders } from "../../../lib/notifications/ports.ts";
import { makeUsedUpBudgets } from "../../../lib/notifications/used-up.ts";
import { makeUserLanguageOf } from "../../../lib/notifications/user-language.ts";
import { makeAnswer, makeFindForUser } from "../../../lib/sessions/answer.ts";
import { makeAccessFor } from "../../../lib/sessions/assignee.ts";
import { makeCloseRemote, makeCloseSession } from "../../../lib/sessions/close.ts";
import { makeDoOwed } from "../../../lib/sessions/do-owed.ts";
import { makeFollowSessions } from "../../../lib/sessions/follow.ts";
import { makeNotify } from "../../../lib/sessions/notify.ts";
import { makeNotifyAgain } from "../../../lib/sessions/notify-again.ts";
import { makeNotifyPoison } from "../../../lib/sessions/notify-poison.ts";
import type {
  ConnectionReports,
  RemoteSession,
  RemoteSessions,
  RemoteUsers,
  ReportAnswer,
  ReportedConnection,
} from "../../../lib/sessions/ports.ts";
import { makeListSessions, makeReadSession } from "../../../lib/sessions/read.ts";
import { makeReadReports } from "../../../lib/sessions/read-reports.ts";
import { makeReportGate } from "../../../lib/sessions/report-gate.ts";
import { makeRequestSession } from "../../../lib/sessions/request.ts";
import { makeRetain } from "../../../lib/sessions/retain.ts";
import type { RequestRules } from "../../../lib/sessions/rules.ts";
import { makeSupporterLinks } from "../../../lib/sessions/supporter-links.ts";
import { makeJournal } from "../../memory/journal.ts";
import { aDevice, aPolicy } from "../devices/a-device.ts";
import { aRules } from "./a-rules.ts";
import { makeLedgerRows, makeSessionRows } from "./stores.ts";

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const START = Date.parse("2026-11-22T10:00:00.000Z");
export const DEVICE = "d0000000-0000-4000-8000-000000000001";

export const bruno: Principal = {
  id: "bruno",
  kind: "person",
  clientId: "portal",
  roles: ["RemoteAssistance.Request"],
};
export const bot: Principal = { ...bruno, id: "bot", kind: "application" };
export const system = { id: "connector", kind: "system" };
export const at = (ms: number) => new Date(START + ms).toISOString();

/** An audit in short: action, phase, result and reason of each entry. */
export const inShort = (entries: readonly AuditEntry[]) =>
  entries.map(({ action, phase, result, reason }) => [action, phase, result, reason].filter(Boolean).join(" "));

type About = { allowCorporateAndroid?: boolean; channelsOn?: readonly Channel[]; rules?: Partial<RequestRules> };

/** The use cases of sessions with everything around them in memory, each call that leaves in a journal. */
export function aHelpdesk({ allowCorporateAndroid = false, channelsOn = ["companyPortal"], rules }: About = {}) {
  const journal = makeJournal();
  let nowMs = START;
  let made = 0;
  const next = () => {
    made += 1;
    return made;
  };
  const now = () => new Date(nowMs);
  const sessions = makeSessionRows(now);
  const ledger = makeLedgerRows(now);
  const audited: AuditEntry[] = [];
  const queue: { message: NotificationMessage; delaySeconds: number | undefined }[] = [];
  const sent: Parameters<Senders["companyPortal"]["send"]>[0][] = [];
  const activities: Parameters<NonNullable<Senders["teams"]>["send"]>[0][] = [];
  const mails: Parameters<NonNullable<Senders["email"]>["send"]>[0][] = [];
  const remotes: RemoteSession[] = [];
  /** What TeamViewer reports, by session code. */
  const reported = new Map<string, ReportedConnection[]>();
  const colleagues = new Map<string, string>();
  const inventory = new Map<string, Device>();
  const dropped: Date[] = [];

  const auditLog = {
    append: (entry: AuditEntry) =>
      journal.run(`audit.${entry.phase}`, async () => {
        const isNew = !audited.some(({ id }) => id === entry.id);
        if (isNew) audited.push(entry);
        return isNew;
      }) as Promise<boolean>,
    missing: (entries: readonly AuditEntry[]) =>
      journal.run("audit.missing", async () =>
        entries.filter((entry) => !audited.some(({ id }) => id === entry.id)),
      ) as Promise<AuditEntry[]>,
    async *read({ from, to, sessionId, action }: AuditQuery) {
      const isAsked = (entry: AuditEntry) => entry.sessionId === sessionId && entry.action === action;
      const isWithin = (entry: AuditEntry) => entry.at >= from.toISOString() && entry.at <= to.toISOString();
      yield* audited.filter((entry) => isAsked(entry) && isWithin(entry)).reverse();
    },
    dropBefore: async (before: Date) => void dropped.push(before),
  };
  const remote: RemoteSessions = {
    async open(_access, { ourId }) {
      const code = `s${100 + next()}`;
      const link = (kind: string) => `https://get.teamviewer.example/${kind}/${code}`;
      const links = { supporterUrl: link("supporter"), endCustomerUrl: link("customer") };
      const opened: RemoteSession = { code, ourId, state: "open", online: false, ...links };
      remotes.unshift(opened);
      return { outcome: "opened", remote: { ...opened } };
    },
    findByOurId: async (_access, ourId) => remotes.find((each) => each.ourId === ourId),
    async find(_access, code) {
      const found = remotes.find((each) => each.code === code);
      if (!found) throw new Error(`TeamViewer has no ${code}`);
      return { ...found };
    },
    list: async () => structuredClone(remotes),
    async close(_access, code) {
      const found = remotes.find((each) => each.code === code);
      if (found) found.state = "closed";
    },
  };
  const report = (connections: ReportedConnection[]): ReportAnswer => ({ outcome: "read", connections, isWhole: true });
  const reports: ConnectionReports = {
    ofSession: async (_access, code) => report(reported.get(code) ?? []),
    between: async () => report([...reported.values()].flat()),
  };
  const users: RemoteUsers = {
    idOf: async (_access, emails) => ({
      outcome: "found",
      userId: emails.map((email) => colleagues.get(email)).find((userId) => userId !== undefined),
    }),
  };
  const granted: Access = { connectionId: "c1", accessToken: "access", groupId: "g1" };
  const access: TeamViewerAccess = {
    current: async () => granted,
    renew: async () => granted,
    keepFresh: async () => undefined,
  };
  const devices: DeviceDirectory = {
    find: async (id) => inventory.get(id),
    search: async () => ({ devices: [], nextPage: undefined }),
    languageOf: async () => undefined,
  };
  const into = <T>(sink: T[]) => ({
    async send(notification: T) {
      sink.push(notification);
      return { state: "sent" as const };
    },
  });
  const askThrough = makeAskThrough({
    companyPortal: journal.kept("portal", into(sent)),
    teams: journal.kept("teams", into(activities)),
    email: journal.kept("email", into(mails)),
  });
  const queuePort: NotificationQueue = {
    send: async (message, delaySeconds) => void queue.push({ message, delaySeconds }),
    sendToPoison: async () => undefined,
  };

  const ports = {
    sessions: journal.kept("sessions", sessions.port),
    ledger: journal.kept("ledger", ledger.port),
    remote: journal.kept("remote", remote),
    access: journal.kept("access", access),
    reports: journal.kept("reports", reports),
    users: journal.kept("users", users),
    pause: (_ms: number) => new Promise<void>(() => undefined),
    devices: journal.kept("devices", devices),
    askThrough,
    queue: journal.kept("queue", queuePort),
    audit: makeAudit({ auditLog, now, newAuditId: () => `audit-${next()}` }),
    auditLog,
    now,
    newId: () => `id-${next()}`,
    newMatchCode: () => "4831",
    answerUrl: async (id: string) => `https://assist.contoso.example/h/${id}`,
    policy: aPolicy({ allowCorporateAndroid, channelsOn }),
    rules: aRules(rules),
    organization: "Contoso",
    defaultLanguage: "en",
    sessionMinutes: 60,
    showAgentName: false,
    sessionRetentionDays: 90,
    auditRetentionMonths: 24,
  };
  // An iterator is no call that can be awaited: it is handed on as it is.
  ports.sessions.ids = sessions.port.ids;

  function newProcess() {
    const budgets = makeUsedUpBudgets(ports);
    const links = makeSupporterLinks(ports);
    const doOwed = makeDoOwed(ports);
    const closeRemote = makeCloseRemote(ports);
    const gate = makeReportGate(ports);
    const accessFor = makeAccessFor(ports);
    const userLanguageOf = makeUserLanguageOf(ports);
    const all = { ...ports, budgets, links, doOwed, closeRemote, userLanguageOf, gate, accessFor };
    return {
      budgets,
      links,
      doOwed,
      closeRemote,
      request: makeRequestSession(all),
      read: makeReadSession(all),
      list: makeListSessions(all),
      close: makeCloseSession(all),
      notify: makeNotify(all),
      notifyAgain: makeNotifyAgain(all),
      notifyPoison: makeNotifyPoison(all),
      findForUser: makeFindForUser(all),
      answer: makeAnswer(all),
      follow: makeFollowSessions(all),
      gate,
      accessFor,
      readReports: makeReadReports(all),
      retain: makeRetain(all),
    };
  }

  /** Ana's own iPhone, with `changes`. */
  const device = (changes: Partial<Device> = {}): Device => {
    const own = { name: "PHONE-ANA", platform: "ios", operatingSystem: "iOS", userName: "Ana" } as const;
    const added = aDevice({ id: DEVICE, ...own, ...changes });
    inventory.set(added.id, added);
    return added;
  };
  device();

  return {
    ...newProcess(),
    newProcess,
    device,
    ports,
    journal,
    sessions,
    ledger,
    audited,
    queue,
    sent,
    activities,
    mails,
    remotes,
    reported,
    colleagues,
    inventory,
    dropped,
    now,
    advance(ms: number) {
      nowMs += ms;
    },
  };
}
