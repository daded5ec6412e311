import { randomUUID } from "node:crypto";
import type { IntuneRole } from "../intune-roles.ts";
import type { Kept } from "../kept.ts";
import type { StandInRoute } from "../stand-in.ts";
import { blankDevice } from "./blank-device.ts";
import type { ManagedDevice } from "./managed-device.ts";
import type { MissingPermission, missingPermissions } from "./permissions.ts";
import type { Activity, CompanyPortalNotification, GraphState, Mail } from "./state.ts";

/** What a test or a demo changes and looks at behind the service's back. */
export type GraphControl = {
  devices: () => readonly ManagedDevice[];
  putDevice: (change: Partial<ManagedDevice>) => ManagedDevice;
  removeDevice: (id: string) => boolean;
  notifications: (deviceId?: string | null) => CompanyPortalNotification[];
  mails: (to?: string | null) => Mail[];
  activities: (userId?: string | null) => Activity[];
  /** Everybody has the Teams app until it is taken from them. */
  installTeamsApp: (userId: string) => void;
  uninstallTeamsApp: (userId: string) => void;
  missPermission: (permission: MissingPermission) => void;
  grantPermissions: () => void;
  /** What tokens that are given out now tell of. */
  grantedPermissions: () => string[];
  /** Gives a person these roles in Intune and no others. */
  setIntuneRoles: (personId: string, roles: IntuneRole[]) => void;
};

export function graphControl(
  state: Kept<GraphState>,
  permissions: ReturnType<typeof missingPermissions>,
  intuneRoles: Map<string, IntuneRole[]>,
): GraphControl {
  return {
    devices: () => state.value.devices,
    putDevice: (change) => {
      const { devices } = state.value;
      const at = devices.findIndex(({ id }) => id === change.id);
      const device = { ...(devices[at] ?? blankDevice({ id: randomUUID(), at: new Date().toISOString() })), ...change };
      if (at === -1) devices.push(device);
      else devices[at] = device;
      state.save();
      return device;
    },
    removeDevice: (id) => {
      const { devices } = state.value;
      const at = devices.findIndex((device) => device.id === id);
      if (at !== -1) devices.splice(at, 1);
      state.save();
      return at !== -1;
    },
    notifications: (deviceId) =>
      state.value.notifications.filter((notification) => !deviceId || notification.deviceId === deviceId),
    mails: (to) => state.value.mails.filter((mail) => !to || mail.to.includes(to)),
    activities: (userId) => state.value.activities.filter((activity) => !userId || activity.userId === userId),
    installTeamsApp: (userId) => {
      state.value.withoutTeamsApp = state.value.withoutTeamsApp.filter((id) => id !== userId);
      state.save();
    },
    uninstallTeamsApp: (userId) => {
      state.value.withoutTeamsApp.push(userId);
      state.save();
    },
    missPermission: permissions.add,
    grantPermissions: permissions.clear,
    grantedPermissions: permissions.granted,
    setIntuneRoles: (personId, roles) => void intuneRoles.set(personId, roles),
  };
}

/**
 * `POST /_control/devices` adds a device, or changes the one with this `id`; `DELETE /_control/devices/{id}` takes it away.
 * `GET /_control/notifications?deviceId=` is what Company Portal was sent, and whether anybody sees it.
 * `GET /_control/mails?to=` and `GET /_control/activities?userId=` are what Exchange and Teams took. `POST|DELETE
 * /_control/teams-app/{userId}` gives somebody the Teams app, or takes it away.
 * `POST /_control/intune-roles` (`{personId, roles}`) says which roles somebody has in Intune.
 * `POST|DELETE /_control/missing-permissions` takes a permission from the app, and gives all back.
 */
export function controlRoutes(control: GraphControl): StandInRoute[] {
  return [
    { method: "GET", path: "/_control/devices", answer: () => ({ status: 200, json: control.devices() }) },
    {
      method: "POST",
      path: "/_control/devices",
      answer: ({ body }) => ({ status: 200, json: control.putDevice(JSON.parse(body) as Partial<ManagedDevice>) }),
    },
    {
      method: "DELETE",
      path: "/_control/devices/:id",
      answer: ({ params }) => ({ status: control.removeDevice(params.id ?? "") ? 204 : 404 }),
    },
    {
      method: "GET",
      path: "/_control/notifications",
      answer: ({ query }) => ({ status: 200, json: control.notifications(query.get("deviceId")) }),
    },
    {
      method: "GET",
      path: "/_control/mails",
      answer: ({ query }) => ({ status: 200, json: control.mails(query.get("to")) }),
    },
    {
      method: "GET",
      path: "/_control/activities",
      answer: ({ query }) => ({ status: 200, json: control.activities(query.get("userId")) }),
    },
    {
      method: "POST",
      path: "/_control/teams-app/:userId",
      answer: ({ params }) => {
        control.installTeamsApp(params.userId ?? "");
        return { status: 204 };
      },
    },
    {
      method: "DELETE",
      path: "/_control/teams-app/:userId",
      answer: ({ params }) => {
        control.uninstallTeamsApp(params.userId ?? "");
        return { status: 204 };
      },
    },
    {
      method: "POST",
      path: "/_control/intune-roles",
      answer: ({ body }) => {
        const { personId, roles } = JSON.parse(body) as { personId: string; roles: IntuneRole[] };
        control.setIntuneRoles(personId, roles);
        return { status: 204 };
      },
    },
    {
      method: "POST",
      path: "/_control/missing-permissions",
      answer: ({ body }) => {
        control.missPermission(JSON.parse(body) as MissingPermission);
        return { status: 204 };
      },
    },
    {
      method: "DELETE",
      path: "/_control/missing-permissions",
      answer: () => {
        control.grantPermissions();
        return { status: 204 };
      },
    },
  ];
}
