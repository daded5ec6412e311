import type { Client } from "@microsoft/microsoft-graph-client";
import type { Senders } from "../../notifications/ports.ts";
import { sendResultOf } from "./send-result.ts";

const refusals: Record<number, string> = { 403: "graph-permission-missing", 404: "device-not-found" };

/**
 * Company Portal's custom notification (beta only: learn.microsoft.com/graph/api/intune-devices-manageddevice-
 * sendcustomnotificationtocompanyportal). 204 says that Intune took it, not that it arrived.
 */
export function makeCompanyPortal(client: Client): Senders["companyPortal"] {
  return {
    send: ({ deviceId, title, text }) => {
      const path = `/deviceManagement/managedDevices/${encodeURIComponent(deviceId)}/sendCustomNotificationToCompanyPortal`;
      const post = async () =>
        client.api(path).version("beta").post({ notificationTitle: title, notificationBody: text });
      return sendResultOf(post(), (status) => refusals[status] ?? "refused-by-intune");
    },
  };
}
