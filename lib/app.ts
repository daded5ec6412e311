import { atMostAtOnce } from "./access/at-once.ts";
import { makeRequestLimits } from "./access/request-limits.ts";
import { makeRequireIntuneRight } from "./access/require-intune-right.ts";
import { makeOutside, type Outside } from "./adapters/outside.ts";
import { makeCheckSealing } from "./audit/check-sealing.ts";
import { makeErasePerson, makeFinishErasures } from "./audit/erase.ts";
import { makeExportSeals } from "./audit/export-seals.ts";
import { keptFrom } from "./audit/id.ts";
import { makeListAudit } from "./audit/list.ts";
import { makeAudit } from "./audit/record.ts";
import { makeForgetPeople } from "./audit/salts.ts";
import { makeSealAge } from "./audit/seal-age.ts";
import { makeSealAudit } from "./audit/seal-audit.ts";
import { makeTeamViewerAccess } from "./connector/access.ts";
import { makeConnectionAge } from "./connector/age.ts";
import { makeCallback } from "./connector/callback.ts";
import { makeConfirm } from "./connector/confirm.ts";
import { makeDisconnect } from "./connector/disconnect.ts";
import { makeEnable } from "./connector/enable.ts";
import { makeForget } from "./connector/forget.ts";
import { makeForgetConsents } from "./connector/forget-consents.ts";
import { makeForgetGrant } from "./connector/forget-grant.ts";
import { makeForgetUnused } from "./connector/forget-unused.ts";
import { makeHealth } from "./connector/health.ts";
import { makeSettleOwed } from "./connector/owed.ts";
import { makeReadConnector } from "./connector/read.ts";
import { makeRefresh } from "./connector/refresh.ts";
import { makeStart } from "./connector/start.ts";
import { makeTokenSets } from "./connector/token-sets.ts";
import { channels } from "./devices/device.ts";
import type { Policy } from "./devices/eligibility.ts";
import { makeNamesOf } from "./devices/names.ts";
import { makeAskThrough } from "./notifications/ask-through.ts";
import { chooseLanguage, languages } from "./notifications/texts.ts";
import { makeUsedUpBudgets } from "./notifications/used-up.ts";
import { makeUserLanguageOf } from "./notifications/user-language.ts";
import { makeAnswer, makeFindForUser } from "./sessions/answer.ts";
import { makeAccessFor } from "./sessions/assignee.ts";
import { makeCheckDevice } from "./sessions/check-device.ts";
import { makeCheckReports } from "./sessions/check-reports.ts";
import { makeCloseRemote, makeCloseSession } from "./sessions/close.ts";
import { makeDoOwed } from "./sessions/do-owed.ts";
import { makeFollowSessions } from "./sessions/follow.ts";
import { makeNotify } from "./sessions/notify.ts";
import { makeNotifyAgain } from "./sessions/notify-again.ts";
import { makeNotifyPoison } from "./sessions/notify-poison.ts";
import { makePageLanguage } from "./sessions/page-language.ts";
import { makeListSessions, makeReadSession } from "./sessions/read.ts";
import { makeReadReports } from "./sessions/read-reports.ts";
import { makeReportGate } from "./sessions/report-gate.ts";
import { makeRequestSession } from "./sessions/request.ts";
import { makeRetain } from "./sessions/retain.ts";
import type { RequestRules } from "./sessions/rules.ts";
import { makeSessionReport } from "./sessions/session-report.ts";
import { makeSetTicket } from "./sessions/set-ticket.ts";
import { makeSupporterLinks } from "./sessions/supporter-links.ts";
import type { Settings } from "./settings.ts";
import { makeKnownSources } from "./webhooks/inbound/known-sources.ts";
import { namedOrSource } from "./webhooks/inbound/names.ts";
import { makeInbound } from "./webhooks/inbound/use-cases.ts";
import { makeKnownWebhooks } from "./webhooks/known.ts";
import { makeLanes } from "./webhooks/lanes.ts";
import { makeTellingAuditLog } from "./webhooks/tell.ts";
import { makeWebhooks } from "./webhooks/use-cases.ts";

export { warmUp } from "./adapters/warm-up.ts";

/** More at once would make each other wait past the deadlines of the calls they make. */
const STARTS_AT_ONCE = { running: 64, waiting: 500 };

export type App = ReturnType<typeof createApp>;

/** Puts everything together: use cases over ports, clock and randomness handed in from here. */
export function createApp(
  settings: Settings,
  now: () => Date = () => new Date(),
  outside: Outside = makeOutside(settings, now),
) {
  const { newId, randomText, newMatchCode, newAuditId, intuneActionsOf } = outside;
  const { connections, consents, sessions, ledger, queue, lease, seal, answerTokens } = outside;
  const { vault, devices, grants } = outside;
  const known = makeKnownWebhooks({ store: outside.webhooks.store, now });
  const lanes = makeLanes({ now });
  const auditLog = makeTellingAuditLog({ auditLog: outside.auditLog, known, queue: outside.webhooks.queue, lanes });
  const audit = makeAudit({ auditLog, now, newAuditId });

  const sets = makeTokenSets({ connections, vault, seal, newId });
  const tokens = makeRefresh({ connections, sets, grants, lease, audit, newId });
  const access = makeTeamViewerAccess({ connections, tokens, now, pause: outside.pause });
  const forget = makeForget({ connections, sets, vault, grants, lease, now });
  const forgetGrant = makeForgetGrant({ connections, vault, grants, audit, newId });

  const { remote, reports, users } = outside.teamviewerWith(access);
  const reportGate = makeReportGate({ access, now });
  const reporting = { sessions, reports, gate: reportGate, now };
  const budgets = makeUsedUpBudgets({ ledger, now });
  const userLanguageOf = makeUserLanguageOf({ devices, now });
  const links = makeSupporterLinks({ remote, access, now });
  const doOwed = makeDoOwed({ auditLog, queue });
  const closeRemote = makeCloseRemote({ sessions, remote, access });

  const { allowCorporateAndroid, channelOrder, mailSender, teamsAppId } = settings;
  const isOn = { companyPortal: true, teams: teamsAppId !== undefined, email: mailSender !== undefined };
  const policy: Policy = {
    allowCorporateAndroid,
    channelOrder,
    channelsOn: channels.filter((channel) => isOn[channel]),
  };
  const { requireReason, ticketPattern, compliance, quietHours } = settings;
  const rules: RequestRules = { requireReason, ticketPattern, compliance, quietHours };
  const askThrough = makeAskThrough(outside.senders);
  const organization = settings.organizationName;
  const { defaultLanguage, publicUrl, sessionMinutes, sessionRetentionDays, auditRetentionMonths } = settings;
  const answerUrl = async (sessionId: string) => `${publicUrl}/h/${await answerTokens.tokenOf(sessionId)}`;
  const terms = { version: settings.termsVersion, url: settings.termsUrl };
  const oldestKept = () => keptFrom(now(), auditRetentionMonths);
  const sealing = { ...outside.sealing, auditLog, audit, now, newSalt: randomText, oldestKept };

  const requestSession = atMostAtOnce(
    STARTS_AT_ONCE,
    makeRequestSession({
      devices,
      sessions,
      remote,
      accessFor: makeAccessFor({ access, users, now, pause: outside.pause }),
      ledger,
      budgets,
      links,
      audit,
      doOwed,
      now,
      newMatchCode,
      sessionMinutes,
      showAgentName: settings.showAgentName,
      policy,
      rules,
    }),
  );
  const closeSession = makeCloseSession({ sessions, remote, access, audit, doOwed, now });
  const admit = makeRequestLimits({ now });
  const sources = makeKnownSources({ store: outside.inbound.store, now });

  return {
    settings,
    allowedOrigins: settings.allowedOrigins,
    organization,
    policy,
    watch: outside.watch,
    authenticate: outside.authenticate,
    admit,
    requireIntuneRight: settings.intuneRbac ? makeRequireIntuneRight({ intuneActionsOf, now }) : async () => undefined,
    languageFor: (wanted: readonly (string | undefined)[]) => chooseLanguage([...wanted, defaultLanguage]),
    pageLanguage: makePageLanguage({ userLanguageOf, pause: outside.pause, defaultLanguage }),
    sessionIdOfToken: answerTokens.sessionIdOf,
    devices,
    checkDevice: makeCheckDevice({
      devices,
      permissionsHeld: outside.permissionsHeld,
      connections,
      ledger,
      now,
      policy,
      rules,
    }),
    listAudit: makeListAudit({ auditLog, now, auditRetentionMonths }),
    health: makeHealth({
      checks: {
        ...outside.checksWith(access),
        auditSeals: makeCheckSealing(sealing),
        reports: makeCheckReports(reporting),
      },
      now,
    }),
    audit: {
      seal: makeSealAudit(sealing),
      sealAge: makeSealAge(sealing),
      erase: makeErasePerson(sealing),
      finishErasures: makeFinishErasures(sealing),
      forgetPeople: makeForgetPeople(sealing),
      exportSeals: makeExportSeals(sealing),
    },
    connector: {
      read: makeReadConnector({ connections, now }),
      age: makeConnectionAge({ connections, now }),
      enable: makeEnable({ consents, seal, audit, now, randomText, publicUrl, terms }),
      start: makeStart({ consents, seal, grants, now, randomText }),
      callback: makeCallback({ consents, connections, vault, seal, grants, audit, forget, forgetGrant, now, newId }),
      confirm: makeConfirm({ consents, connections, audit, now, forget }),
      disconnect: makeDisconnect({ connections, audit, forget }),
      keepFresh: access.keepFresh,
      saveTokens: tokens.saveJournaled,
      settleOwed: makeSettleOwed({ connections, audit }),
      forgetConsents: makeForgetConsents({ consents, forgetGrant, now }),
      forgetUnused: makeForgetUnused({ connections, vault, forget, audit, now, newId }),
    },
    sessions: {
      request: requestSession,
      read: makeReadSession({ sessions, links }),
      list: makeListSessions({ sessions }),
      close: closeSession,
      notifyAgain: makeNotifyAgain({ devices, sessions, ledger, budgets, audit, doOwed, now, policy, rules }),
      notify: makeNotify({
        sessions,
        devices,
        userLanguageOf,
        ledger,
        askThrough,
        queue,
        audit,
        auditLog,
        answerUrl,
        now,
        policy,
        organization,
        defaultLanguage,
      }),
      notifyPoison: makeNotifyPoison({ sessions, audit, now }),
      findForUser: makeFindForUser({ sessions, now }),
      answer: makeAnswer({ sessions, audit, doOwed, closeRemote, now }),
      report: makeSessionReport({ ...reporting, sessionRetentionDays }),
      readReports: makeReadReports({ ...reporting, audit, doOwed, newId }),
      follow: makeFollowSessions({ sessions, remote, access, audit, auditLog, queue, doOwed, closeRemote, now, newId }),
      retain: makeRetain({ sessions, ledger, auditLog, now, sessionRetentionDays, auditRetentionMonths }),
    },
    webhooks: makeWebhooks({
      ports: outside.webhooks,
      known,
      lanes,
      audit,
      now,
      newId,
      newEventId: newAuditId,
      randomText,
      publicUrl,
      allowLoopback: settings.webhookAllowLoopback,
      sessionRetentionDays,
    }),
    inbound: makeInbound({
      ports: outside.inbound,
      known: sources,
      devices,
      sessions: {
        find: async (id) => (await sessions.find(id))?.session,
        request: requestSession,
        close: closeSession,
        setTicket: makeSetTicket({ sessions, audit, doOwed, now, rules }),
      },
      admit,
      audit,
      now,
      newId,
      sessionRetentionDays,
    }),
    sendToPoison: queue.sendToPoison,
    linksOf: links.ofSession,
    namesOf: makeNamesOf({ directory: namedOrSource(outside.names, sources), now }),
    portalFiles: outside.portalFiles,
    portalConfig: {
      entraUrl: settings.entraUrl,
      tenantId: settings.tenantId,
      clientId: settings.portalClientId,
      scope: `api://${settings.apiClientId}/access_as_user openid profile offline_access`,
      organization,
      termsVersion: terms.version,
      termsUrl: terms.url,
      languages,
    },
  };
}
