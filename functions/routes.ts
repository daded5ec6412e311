import type { HttpHandler, HttpMethod, StorageQueueHandler, TimerHandler } from "@azure/functions";
import type { App } from "../lib/app.ts";
import { type Endpoint, handlerOf } from "../lib/http/endpoint.ts";
import type { OpenOperation } from "../lib/http/openapi/open-operation.ts";
import type { DocumentedRoute } from "../lib/http/openapi.ts";
import { answer, answerOperation } from "./answer.ts";
import { answerPage, answerPageOperation } from "./answer-page.ts";
import { audit } from "./audit.ts";
import { auditErasure } from "./audit-erasure.ts";
import { auditSeals } from "./audit-seals.ts";
import { callback, callbackOperation } from "./callback.ts";
import { connector } from "./connector.ts";
import { consent } from "./consent.ts";
import { consentConfirm } from "./consent-confirm.ts";
import { consentStart, consentStartOperation } from "./consent-start.ts";
import { deliverWebhook } from "./deliver-webhook.ts";
import { deliverWebhookPoison } from "./deliver-webhook-poison.ts";
import { device } from "./device.ts";
import { devices } from "./devices.ts";
import { disconnect } from "./disconnect.ts";
import { failingPlainly } from "./failing-plainly.ts";
import { followSessions } from "./follow-sessions.ts";
import { health, healthOperation } from "./health.ts";
import { inbound, inboundOperation } from "./inbound.ts";
import { inboundSource } from "./inbound-source.ts";
import { inboundSourceCreate } from "./inbound-source-create.ts";
import { inboundSourceDelete } from "./inbound-source-delete.ts";
import { inboundSourceRotate } from "./inbound-source-rotate.ts";
import { inboundSourceUpdate } from "./inbound-source-update.ts";
import { inboundSources } from "./inbound-sources.ts";
import { keepConnected } from "./keep-connected.ts";
import { names } from "./names.ts";
import { notify } from "./notify.ts";
import { notifyPoison } from "./notify-poison.ts";
import { openapi, openapiOperation } from "./openapi.ts";
import { portal, portalOperation } from "./portal.ts";
import { preflight } from "./preflight.ts";
import { reference, referenceOperation } from "./reference.ts";
import { root, rootOperation } from "./root.ts";
import { sealAudit } from "./seal-audit.ts";
import { session } from "./session.ts";
import { sessionClose } from "./session-close.ts";
import { sessionNotify } from "./session-notify.ts";
import { sessionReport } from "./session-report.ts";
import { sessionRequest } from "./session-request.ts";
import { sessions } from "./sessions.ts";
import { watched } from "./watched.ts";
import { webhook } from "./webhook.ts";
import { webhookCreate } from "./webhook-create.ts";
import { webhookDelete } from "./webhook-delete.ts";
import { webhookDeliveries } from "./webhook-deliveries.ts";
import { webhookRedeliver } from "./webhook-redeliver.ts";
import { webhookRotate } from "./webhook-rotate.ts";
import { webhookTest } from "./webhook-test.ts";
import { webhookUpdate } from "./webhook-update.ts";
import { webhooks } from "./webhooks.ts";

/** One HTTP function. `anonymous`: the host checks no key, the token check is ours; the callback must be (the host reads `?code=` as a key). */
type HttpRoute = {
  name: string;
  method: HttpMethod;
  route: string;
  authLevel: "anonymous";
  handler: (app: () => App) => HttpHandler;
  documented: DocumentedRoute;
};

export const httpRoutes: readonly HttpRoute[] = [
  api("connector", "GET", "api/connector", connector),
  api("consent", "POST", "api/connector/consents", consent),
  open("consent-start", "GET", "api/connector/start", consentStart, consentStartOperation),
  open("callback", "GET", "api/connector/callback", callback, callbackOperation),
  api("consent-confirm", "POST", "api/connector/consents/{id}/confirm", consentConfirm),
  api("disconnect", "DELETE", "api/connector", disconnect),
  api("devices", "GET", "api/devices", devices),
  api("device", "GET", "api/devices/{deviceId}", device),
  api("names", "GET", "api/names", names),
  api("session-request", "POST", "api/sessions", sessionRequest),
  api("sessions", "GET", "api/sessions", sessions),
  api("session", "GET", "api/sessions/{id}", session),
  api("session-close", "POST", "api/sessions/{id}/close", sessionClose),
  api("session-notify", "POST", "api/sessions/{id}/notifications", sessionNotify),
  api("session-report", "GET", "api/reports/sessions", sessionReport),
  api("webhooks", "GET", "api/webhooks", webhooks),
  api("webhook-create", "POST", "api/webhooks", webhookCreate),
  api("webhook", "GET", "api/webhooks/{id}", webhook),
  api("webhook-update", "PATCH", "api/webhooks/{id}", webhookUpdate),
  api("webhook-delete", "DELETE", "api/webhooks/{id}", webhookDelete),
  api("webhook-rotate", "POST", "api/webhooks/{id}/secret", webhookRotate),
  api("webhook-test", "POST", "api/webhooks/{id}/test", webhookTest),
  api("webhook-deliveries", "GET", "api/webhooks/{id}/deliveries", webhookDeliveries),
  api("webhook-redeliver", "POST", "api/webhooks/{id}/deliveries/{deliveryId}", webhookRedeliver),
  open("inbound", "POST", "api/inbound/{source}", inbound, inboundOperation),
  api("inbound-sources", "GET", "api/inbound-sources", inboundSources),
  api("inbound-source-create", "POST", "api/inbound-sources", inboundSourceCreate),
  api("inbound-source", "GET", "api/inbound-sources/{id}", inboundSource),
  api("inbound-source-update", "PATCH", "api/inbound-sources/{id}", inboundSourceUpdate),
  api("inbound-source-delete", "DELETE", "api/inbound-sources/{id}", inboundSourceDelete),
  api("inbound-source-rotate", "POST", "api/inbound-sources/{id}/secret", inboundSourceRotate),
  open("answer-page", "GET", "h/{token}", answerPage, answerPageOperation),
  open("answer", "POST", "h/{token}", answer, answerOperation),
  api("audit", "GET", "api/audit", audit),
  api("audit-seals", "GET", "api/audit/seals", auditSeals),
  api("audit-erasure", "POST", "api/audit/erasures", auditErasure),
  open("health", "GET", "api/health", health, healthOperation),
  open("portal", "GET", "portal/{*path}", portal, portalOperation),
  // The host takes an empty route for the function's name.
  open("root", "GET", "/", root, rootOperation),
  open("openapi", "GET", "api/openapi.json", (app) => openapi(app, documentedRoutes), openapiOperation),
  open("reference", "GET", "api/reference", (app) => reference(app, documentedRoutes), referenceOperation),
];

/** Registered only where front ends on other origins are allowed (ALLOWED_ORIGINS). */
export const preflightRoute = {
  name: "preflight",
  method: "OPTIONS",
  route: "{*path}",
  authLevel: "anonymous",
  handler: preflight,
} as const;

export const queueTriggers: readonly {
  name: string;
  queueName: string;
  connection: string;
  handler: (app: () => App) => StorageQueueHandler;
}[] = [
  {
    name: "notify",
    queueName: "notifications",
    connection: "AzureWebJobsStorage",
    handler: watched(failingPlainly(notify)),
  },
  {
    name: "notify-poison",
    queueName: "notifications-poison",
    connection: "AzureWebJobsStorage",
    handler: watched(failingPlainly(notifyPoison)),
  },
  {
    name: "deliver-webhook",
    queueName: "webhooks",
    connection: "AzureWebJobsStorage",
    handler: watched(failingPlainly(deliverWebhook)),
  },
  {
    name: "deliver-webhook-poison",
    queueName: "webhooks-poison",
    connection: "AzureWebJobsStorage",
    handler: watched(failingPlainly(deliverWebhookPoison)),
  },
];

/** Schedules in UTC: second, minute, hour, day, month, weekday. */
export const timers: readonly { name: string; schedule: string; handler: (app: () => App) => TimerHandler }[] = [
  { name: "follow-sessions", schedule: "0 * * * * *", handler: watched(failingPlainly(followSessions)) },
  { name: "keep-connected", schedule: "0 7 * * * *", handler: watched(failingPlainly(keepConnected)) },
  { name: "seal-audit", schedule: "30 * * * * *", handler: watched(failingPlainly(sealAudit)) },
];

/** Every route as the OpenAPI document needs it. */
export function documentedRoutes(): DocumentedRoute[] {
  return httpRoutes.map(({ documented }) => documented);
}

/** A route of the API: token, role and schemas as its endpoint says. */
function api<P, Q, B>(name: string, method: HttpMethod, route: string, endpoint: Endpoint<App, P, Q, B>): HttpRoute {
  const documented = { name, method, route, endpoint };
  const handler = watched((app: () => App) => handlerOf(endpoint, app), { isRead: method === "GET" });
  return { name, method, route, authLevel: "anonymous", handler, documented };
}

/** A route that needs no token. */
function open(
  name: string,
  method: HttpMethod,
  route: string,
  handle: HttpRoute["handler"],
  operation: OpenOperation,
): HttpRoute {
  // A browser comes to consent by links, and they do more than read.
  const isRead = method === "GET" && !["consent-start", "callback"].includes(name);
  const handler = watched(handle, { isRead });
  return { name, method, route, authLevel: "anonymous", handler, documented: { name, method, route, operation } };
}
