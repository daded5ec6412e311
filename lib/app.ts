import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { ManagedIdentityCredential } from "@azure/identity";
import { makeNewAuditId, makeTableAuditLog } from "./adapters/azure/audit-log.ts";
import { makeConnectionStore } from "./adapters/azure/connection-store.ts";
import { makeConsentStore } from "./adapters/azure/consent-store.ts";
import { makeLease } from "./adapters/azure/lease.ts";
import { makeNotificationLedger } from "./adapters/azure/notification-ledger.ts";
import { makeNotificationQueue } from "./adapters/azure/notification-queue.ts";
import { makeAnswerTokens, makeSeal } from "./adapters/azure/seal.ts";
import { makeDeployedSecret, makeSecrets } from "./adapters/azure/secrets.ts";
import { makeSessionStore } from "./adapters/azure/session-store.ts";
import { makeTables } from "./adapters/azure/table.ts";
import { makeTokenVault } from "./adapters/azure/token-vault.ts";
import { makeChecks } from "./adapters/checks.ts";
import { makeAuthenticate } from "./adapters/entra/access-tokens.ts";
import { makeGraphClient } from "./adapters/graph/client.ts";
import { makeCompanyPortal } from "./adapters/graph/company-portal.ts";
import { makeDeviceDirectory } from "./adapters/graph/device-directory.ts";
import { makeOutbound } from "./adapters/outbound.ts";
import { makeTeamViewerGrants } from "./adapters/teamviewer/grants.ts";
import { makeTeamViewerSessions } from "./adapters/teamviewer/sessions.ts";
import { makeListAudit } from "./audit/list.ts";
import { makeAudit } from "./audit/record.ts";
import { makeTeamViewerAccess } from "./connector/access.ts";
import { makeCallback } from "./connector/callback.ts";
import { makeConfirm } from "./connector/confirm.ts";
import { makeDisconnect } from "./connector/disconnect.ts";
import { makeEnable } from "./connector/enable.ts";
import { makeForget, makeForgetUnused } from "./connector/forget.ts";
import { makeForgetConsents } from "./connector/forget-consents.ts";
import { makeHealth } from "./connector/health.ts";
import { makeSettleOwed } from "./connector/owed.ts";
import { makeReadConnector } from "./connector/read.ts";
import { makeRefresh } from "./connector/refresh.ts";
import { makeStart } from "./connector/start.ts";
import { chooseLanguage } from "./notifications/texts.ts";
import { makeAnswer, makeFindForUser } from "./sessions/answer.ts";
import { makeCloseRemote, makeCloseSession } from "./sessions/close.ts";
import { makeDoOwed } from "./sessions/do-owed.ts";
import { makeFollowSessions } from "./sessions/follow.ts";
import { makeNotify } from "./sessions/notify.ts";
import { makeNotifyAgain } from "./sessions/notify-again.ts";
import { makeNotifyPoison } from "./sessions/notify-poison.ts";
import { makeListSessions, makeReadSession } from "./sessions/read.ts";
import { makeRequestSession } from "./sessions/request.ts";
import { makeRetain } from "./sessions/retain.ts";
import { makeSupporterLinks } from "./sessions/supporter-links.ts";
import type { Settings } from "./settings.ts";

export type App = ReturnType<typeof createApp>;

/** Puts everything together: one client per service for the life of the process, clock and randomness handed in from here. */
export function createApp(settings: Settings, now: () => Date = () => new Date()) {
  const newId = () => randomUUID();
  const randomText = () => randomBytes(32).toString("base64url");
  const newMatchCode = () => String(randomInt(10_000)).padStart(4, "0");

  const { managedIdentityClientId: clientId, tenantId, entraUrl, graphUrl } = settings;
  const { teamviewerApiUrl: apiUrl, teamviewerLoginUrl: loginUrl } = settings;
  const credential = new ManagedIdentityCredential(clientId ? { clientId } : {});
  const outbound = makeOutbound([entraUrl, graphUrl, apiUrl, loginUrl]);

  const tables = makeTables(settings.storage, credential);
  const queue = makeNotificationQueue(settings.storage, credential);
  const secrets = makeSecrets(settings.keyVaultUrl, credential);
  const clientSecret = makeDeployedSecret(secrets, "teamviewer-client-secret", now);
  const stateKey = makeDeployedSecret(secrets, "state-key", now);
  const seal = makeSeal({ stateKey, now });
  const answerTokens = makeAnswerTokens({ stateKey });
  const auditLog = makeTableAuditLog(tables);
  const audit = makeAudit({ auditLog, now, newAuditId: makeNewAuditId(() => randomBytes(8).toString("hex")) });

  const graph = makeGraphClient({ graphUrl, credential, outbound, newId });
  const devices = makeDeviceDirectory(graph);
  const portal = makeCompanyPortal(graph);

  const connections = makeConnectionStore(tables("connections"));
  const consents = makeConsentStore(tables("consents"));
  const vault = makeTokenVault(secrets);
  const lease = makeLease({ table: tables("connections"), newId });
  const redirectUri = `${settings.publicUrl}/api/connector/callback`;
  const grants = makeTeamViewerGrants({
    loginUrl,
    apiUrl,
    clientId: settings.teamviewerClientId,
    clientSecret,
    redirectUri,
    outbound,
    now,
  });
  const tokens = makeRefresh({ connections, vault, grants, lease, seal, audit, newId });
  const access = makeTeamViewerAccess({ connections, tokens, now });
  const forget = makeForget({ connections, vault, grants, now });

  const sessions = makeSessionStore({ table: tables("sessions"), now, newId });
  const remote = makeTeamViewerSessions({ apiUrl, loginUrl, outbound, renew: access.renew });
  const ledger = makeNotificationLedger(tables("notifications"), newId);
  const links = makeSupporterLinks({ remote, access, now });
  const doOwed = makeDoOwed({ auditLog, queue });
  const closeRemote = makeCloseRemote({ sessions, remote, access });

  const policy = { allowCorporateAndroid: settings.allowCorporateAndroid };
  const organization = settings.organizationName;
  const { defaultLanguage, publicUrl, sessionMinutes, sessionRetentionDays, auditRetentionMonths } = settings;
  const answerUrl = async (sessionId: string) => `${publicUrl}/h/${await answerTokens.tokenOf(sessionId)}`;
  const terms = { version: settings.termsVersion, url: settings.termsUrl };

  const deployedSecrets = [clientSecret, stateKey];
  const checks = makeChecks({ connections, deployedSecrets, devices, access, entraUrl, tenantId, apiUrl, outbound });

  return {
    settings,
    allowedOrigins: settings.allowedOrigins,
    organization,
    policy,
    authenticate: makeAuthenticate({
      entraUrl,
      tenantId,
      apiClientId: settings.apiClientId,
      allowedClients: settings.allowedClients,
      outbound,
      now,
    }),
    languageFor: (wanted: readonly (string | undefined)[]) => chooseLanguage([...wanted, defaultLanguage]),
    sessionIdOfToken: answerTokens.sessionIdOf,
    devices,
    listAudit: makeListAudit({ auditLog, now, auditRetentionMonths }),
    health: makeHealth({ checks, now }),
    connector: {
      read: makeReadConnector({ connections, now }),
      enable: makeEnable({ consents, seal, audit, now, randomText, publicUrl, terms }),
      start: makeStart({ consents, seal, grants, now, randomText }),
      callback: makeCallback({ consents, connections, vault, seal, grants, audit, forget, now, newId }),
      confirm: makeConfirm({ consents, connections, audit, now, forget }),
      disconnect: makeDisconnect({ connections, audit, forget }),
      keepFresh: access.keepFresh,
      saveTokens: tokens.saveJournaled,
      settleOwed: makeSettleOwed({ connections, audit }),
      forgetConsents: makeForgetConsents({ consents, connections, vault, grants, audit, now, newId }),
      forgetUnused: makeForgetUnused({ connections, vault, grants, audit, now, newId }),
    },
    sessions: {
      request: makeRequestSession({
        devices,
        sessions,
        remote,
        access,
        ledger,
        links,
        audit,
        doOwed,
        now,
        newMatchCode,
        sessionMinutes,
        policy,
      }),
      read: makeReadSession({ sessions, links }),
      list: makeListSessions({ sessions }),
      close: makeCloseSession({ sessions, remote, access, audit, doOwed, now }),
      notifyAgain: makeNotifyAgain({ devices, sessions, ledger, audit, doOwed, now, policy }),
      notify: makeNotify({
        sessions,
        devices,
        ledger,
        portal,
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
      follow: makeFollowSessions({ sessions, remote, access, audit, auditLog, queue, doOwed, closeRemote, now, newId }),
      retain: makeRetain({ sessions, ledger, auditLog, now, sessionRetentionDays, auditRetentionMonths }),
    },
    sendToPoison: queue.sendToPoison,
    linksOf: links.ofSession,
  };
}
