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

/** An e-mail that Exchange took; `from` is the mailbox it was sent from. */
export type Mail = { id: string; from: string; to: string[]; subject: string; html: string; at: string };

/** An entry in somebody's activity feed in Teams. */
export type Activity = {
  id: string;
  userId: string;
  title: string;
  text: string;
  preview: string;
  webUrl: string;
  at: string;
};

/** All that the stand-in remembers. */
export type GraphState = {
  devices: ManagedDevice[];
  users: GraphUser[];
  notifications: CompanyPortalNotification[];
  mails: Mail[];
  activities: Activity[];
  /** Ids of people who have not installed the Teams app; all others have. */
  withoutTeamsApp: string[];
};
