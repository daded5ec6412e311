/** The app roles of this API, for people and for applications. */
export const roles = ["RemoteAssistance.Update", "RemoteAssistance.Request", "RemoteAssistance.Read"] as const;
export type Role = (typeof roles)[number];

/** Who calls: `id` is the object id (`oid`) in the one tenant we serve, never an e-mail or a user principal name. */
export type Principal = {
  id: string;
  kind: "person" | "application";
  clientId: string;
  roles: readonly Role[];
  /** A person's, where the token tells it: to be shown to users, never to tell people by. */
  firstName?: string;
  /** A person's, where the token tells any: to find their TeamViewer user by, never stored or logged. */
  emails?: readonly string[];
};
