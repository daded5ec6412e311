import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { TeamViewerAccess } from "../connector/access.ts";
import type { Senders } from "../notifications/ports.ts";
import type { Settings } from "../settings.ts";
import { makeAuditIndex } from "./azure/audit-index.ts";
import { makeNewAuditId, makeTableAuditLog } from "./azure/audit-log.ts";
import { makeConnectionStore } from "./azure/connection-store.ts";
import { makeConsentStore } from "./azure/consent-store.ts";
import { makeDeliveryStore } from "./azure/delivery-store.ts";
import { makeEntryIds } from "./azure/entry-ids.ts";
import { makeLease } from "./azure/lease.ts";
import { makeManagedIdentity } from "./azure/managed-identity.ts";
import { makeNotificationLedger } from "./azure/notification-ledger.ts";
import { makeNotificationQueue } from "./azure/notification-queue.ts";
import { makePeopleStore } from "./azure/people-store.ts";
import { makeRecordStore } from "./azure/record-store.ts";
import { makeReplacePerson } from "./azure/replace-person.ts";
import { makeAnswerTokens, makeSeal } from "./azure/seal.ts";
import { makeSealChain } from "./azure/seal-chain.ts";
import { makeSealKeys } from "./azure/seal-keys.ts";
import { makeLateEntries, makeSealProgress, notingLateEntries } from "./azure/sealing-notes.ts";
import { makeDeployedSecret, makeSecrets } from "./azure/secrets.ts";
import { makeSessionStore } from "./azure/session-store.ts";
import { makeSourceStore } from "./azure/source-store.ts";
import { bytesOf } from "./azure/state-key.ts";
import { makeTables } from "./azure/table.ts";
import { makeTokenVault } from "./azure/token-vault.ts";
import { makeWebhookQueue } from "./azure/webhook-queue.ts";
import { makeWebhookStore } from "./azure/webhook-store.ts";
import { makeWebhookVault } from "./azure/webhook-vault.ts";
import { makeServiceOf } from "./callee.ts";
import { makeChecks } from "./checks.ts";
import { makeAuthenticate } from "./entra/access-tokens.ts";
import { makeOnBehalfOf } from "./entra/on-behalf-of.ts";
import { makeGraphClient } from "./graph/client.ts";
import { makeCompanyPortal } from "./graph/company-portal.ts";
import { makeDeviceDirectory } from "./graph/device-directory.ts";
import { makeIntuneActions } from "./graph/intune-actions.ts";
import { makeMail } from "./graph/mail.ts";
import { makeNameDirectory } from "./graph/name-directory.ts";
import { makePermissionsHeld } from "./graph/permissions.ts";
import { makeTeamsFeed } from "./graph/teams-feed.ts";
import { makeWatch, tellOutcome } from "./invocation.ts";
import { type CircuitChange, makeOutbound } from "./outbound.ts";
import { makePortalFiles } from "./portal-files.ts";
import { makeTeamViewerGrants } from "./teamviewer/grants.ts";
import { makeCallWithAccess } from "./teamviewer/renewing.ts";
import { makeConnectionReports } from "./teamviewer/reports.ts";
import { makeTeamViewerSessions } from "./teamviewer/sessions.ts";
import { makeTeamViewerUsers } from "./teamviewer/users.ts";
import { signWebhook } from "./webhook-signature.ts";
import { makeCallTarget } from "./webhook-target.ts";

export type Outside = ReturnType<typeof makeOutside>;

/** Every port the app needs, each reached for real: one client per service for the life of the process, and randomness. */
export function makeOutside(settings: Settings, now: () => Date) {
  const newId = () => randomUUID() as string;
  const newSecret = () => `whsec_${randomBytes(32).toString("base64")}`;
  const { managedIdentityClientId: clientId, tenantId, entraUrl, graphUrl } = settings;
  const { teamviewerApiUrl: apiUrl, teamviewerLoginUrl: loginUrl } = settings;
  const credential = makeManagedIdentity(clientId);
  const outbound = makeOutbound([entraUrl, graphUrl, apiUrl, loginUrl], { onCircuit: logCircuit });

  const tables = makeTables(settings.storage, credential, newId);
  const connections = makeConnectionStore(tables("connections"));
  const secrets = makeSecrets(settings.keyVaultUrl, credential);
  const clientSecret = makeDeployedSecret(secrets, "teamviewer-client-secret", now);
  const stateKey = makeDeployedSecret(secrets, "state-key", now);
  const queue = makeNotificationQueue(settings.storage, credential);
  const graph = makeGraphClient({ graphUrl, credential, outbound, newId });
  const devices = makeDeviceDirectory(graph);
  const names = makeNameDirectory(graph);
  const { apiClientId } = settings;
  const onBehalfOf = makeOnBehalfOf({ entraUrl, tenantId, apiClientId, credential, outbound });

  return {
    newId,
    watch: makeWatch(makeServiceOf(settings)),
    pause: (ms: number): Promise<void> => delay(ms, undefined, { ref: false }),
    randomText: () => randomBytes(32).toString("base64url"),
    newMatchCode: () => String(randomInt(10_000)).padStart(4, "0"),
    newAuditId: makeNewAuditId(() => randomBytes(8).toString("hex")),
    authenticate: makeAuthenticate({
      entraUrl,
      tenantId,
      apiClientId,
      allowedClients: settings.allowedClients,
      outbound,
      now,
    }),
    intuneActionsOf: makeIntuneActions({ graphUrl, onBehalfOf, outbound, newId }),
    auditLog: notingLateEntries(makeTableAuditLog(tables, tellOutcome), tables("seals"), now),
    sealing: {
      index: makeAuditIndex(tables),
      chain: makeSealChain(settings.storage, credential),
      keys: makeSealKeys(settings.keyVaultUrl, credential),
      people: makePeopleStore(tables("people")),
      ids: makeEntryIds(tables),
      late: makeLateEntries(tables("seals")),
      progress: makeSealProgress(tables("seals")),
      replacePerson: makeReplacePerson({ table: tables, now, auditRetentionMonths: settings.auditRetentionMonths }),
    },
    connections,
    consents: makeConsentStore(tables("consents")),
    sessions: makeSessionStore({ table: tables("sessions"), now }),
    ledger: makeNotificationLedger(tables("notifications")),
    queue: { send: queue.send, sendToPoison: queue.sendToPoison },
    lease: makeLease({ table: tables("connections"), newId }),
    seal: makeSeal({ stateKey, now }),
    answerTokens: makeAnswerTokens({ stateKey }),
    vault: makeTokenVault(secrets),
    devices,
    permissionsHeld: makePermissionsHeld({ graphUrl, credential }),
    senders: {
      companyPortal: makeCompanyPortal(graph),
      teams: settings.teamsAppId ? makeTeamsFeed(graph, settings.teamsAppId) : undefined,
      email: settings.mailSender ? makeMail(graph, settings.mailSender) : undefined,
    } satisfies Senders,
    names,
    portalFiles: makePortalFiles(),
    grants: makeTeamViewerGrants({
      loginUrl,
      apiUrl,
      clientId: settings.teamviewerClientId,
      clientSecret,
      redirectUri: `${settings.publicUrl}/api/connector/callback`,
      outbound,
      now,
    }),
    webhooks: {
      store: makeWebhookStore(tables("webhooks")),
      deliveries: makeDeliveryStore(tables("deliveries")),
      queue: makeWebhookQueue(settings.storage, credential),
      vault: makeWebhookVault(secrets),
      callTarget: makeCallTarget({ allowLoopback: settings.webhookAllowLoopback }),
      sign: signWebhook,
      newSecret,
      random: () => randomInt(1_000_000) / 1_000_000,
    },
    inbound: {
      store: makeSourceStore(tables("inbound")),
      records: makeRecordStore(tables("inbound")),
      vault: makeWebhookVault(secrets),
      newSecret,
    },
    teamviewerWith({ renew }: Pick<TeamViewerAccess, "renew">) {
      const call = makeCallWithAccess({ apiUrl, outbound }, renew);
      return {
        remote: makeTeamViewerSessions({ apiUrl, loginUrl, call }),
        reports: makeConnectionReports(call),
        users: makeTeamViewerUsers(call),
      };
    },
    checksWith: (access: TeamViewerAccess) =>
      makeChecks({
        connections,
        checkQueue: queue.check,
        deployedSecrets: [clientSecret, () => bytesOf(stateKey)],
        devices,
        names,
        access,
        entraUrl,
        tenantId,
        apiUrl,
        outbound,
      }),
  };
}

/** No invocation opens a circuit, many do: so the line belongs to none. It names the host alone. */
function logCircuit({ host, state }: CircuitChange): void {
  console.warn(JSON.stringify({ event: `circuit-${state}`, host }));
}
