import type { TokenCredential } from "@azure/identity";
import type { NotificationMessage, NotificationQueue } from "../../notifications/ports.ts";
import type { StorageSettings } from "../../settings.ts";
import { makeQueue } from "./queue.ts";

/** The queues `notifications` and `notifications-poison`. */
export const makeNotificationQueue = (
  storage: StorageSettings,
  credential: TokenCredential,
): NotificationQueue & { check: () => Promise<void> } =>
  makeQueue<NotificationMessage>(storage, credential, "notifications");
