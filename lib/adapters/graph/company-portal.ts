import { type Client, GraphError } from "@microsoft/microsoft-graph-client";
import type { CompanyPortal, SendResult } from "../../notifications/ports.ts";
import { retryAfterOf, transportKindOf } from "./client.ts";

/**
 * Company Portal's custom notification (beta only: learn.microsoft.com/graph/api/intune-devices-manageddevice-
 * sendcustomnotificationtocompanyportal). 204 says that Intune took it, not that it arrived.
 */
export function makeCompanyPortal(client: Client): CompanyPortal {
  return {
    async send({ deviceId, title, text }) {
      const path = `/deviceManagement/managedDevices/${encodeURIComponent(deviceId)}/sendCustomNotificationToCompanyPortal`;
      try {
        await client.api(path).version("beta").post({ notificationTitle: title, notificationBody: text });
        return { state: "sent" };
      } catch (error) {
        return resultOf(error);
      }
    },
  };
}

/** Busy answers sent nothing and may be repeated; a broken or late one may have sent it, so it is never repeated by itself. */
function resultOf(error: unknown): SendResult {
  const kind = transportKindOf(error);
  if (kind === "not-sent") return { state: "later", afterSeconds: 30 };
  const status = error instanceof GraphError ? error.statusCode : -1;
  if (status === 429 || status === 503) return { state: "later", afterSeconds: retryAfterOf(error) ?? 30 };
  if (status === 401) return { state: "later", afterSeconds: 30 };
  if (status === 403) return { state: "failed", reason: "graph-permission-missing" };
  if (status === 404) return { state: "failed", reason: "device-not-found" };
  if (status >= 400 && status < 500) return { state: "failed", reason: "refused-by-intune" };
  return { state: "unknown", reason: kind ?? `status-${status}` };
}
