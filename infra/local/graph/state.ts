import type { ManagedDevice } from "./managed-device.ts";
import type { GraphUser } from "./people.ts";

/** A notification that Intune took for a device's Company Portal; `shown` says whether its user ever gets to see it. */
export type CompanyPortalNotification = {
  id: string;
  deviceId: string;
  title: string;
  body: string;
  at: string;
  shown: boolean;
  reason?: "platform" | "no-user";
};

/** All that the stand-in remembers. */
export type GraphState = {
  devices: ManagedDevice[];
  users: GraphUser[];
  notifications: CompanyPortalNotification[];
};
