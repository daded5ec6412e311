import { randomUUID } from "node:crypto";
import { actionsOf, type IntuneRole } from "../intune-roles.ts";
import type { Kept } from "../kept.ts";
import type { GraphCall, GraphRoute } from "./call.ts";
import { deviceList } from "./list.ts";
import type { ManagedDevice } from "./managed-device.ts";
import { hiddenBecause, notificationText, refuseMoreThanHourly } from "./notifications.ts";
import { notAuthorized } from "./permissions.ts";
import { Refusal } from "./refusal.ts";
import { selectedById } from "./select.ts";
import type { GraphState } from "./state.ts";

const DEVICES = "/deviceManagement/managedDevices";
const GUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Intune's own part of Graph: devices, the Company Portal notification, the caller's permissions. */
export function deviceRoutes(
  state: Kept<GraphState>,
  now: () => Date,
  intuneRoles: ReadonlyMap<string, readonly IntuneRole[]>,
): GraphRoute[] {
  return [
    {
      method: "GET",
      path: DEVICES,
      answer: (call) => deviceList(call, state.value.devices, "deviceManagement/managedDevices"),
    },
    {
      method: "GET",
      path: `${DEVICES}/:id`,
      answer: (call) => {
        const device = selectedById(find(state.value.devices, call), call.query.get("$select"), call.version);
        const context = `${call.origin}/${call.version}/$metadata#deviceManagement/managedDevices/$entity`;
        return { status: 200, json: { "@odata.context": context, ...device } };
      },
    },
    {
      method: "POST",
      path: `${DEVICES}/:id/sendCustomNotificationToCompanyPortal`,
      versions: ["beta"],
      answer: (call) => {
        notify(state, find(state.value.devices, call), call.body, now());
        return { status: 204 };
      },
    },
    {
      method: "GET",
      path: "/deviceManagement/:call",
      answer: (call) => {
        if (!/^getEffectivePermissions\(scope='[^']*'\)$/i.test(call.params.call ?? "")) {
          throw new Refusal(404, "BadRequest", `Resource not found for the segment '${call.params.call}'.`);
        }
        return effectivePermissions(call, intuneRoles);
      },
    },
  ];
}

function find(devices: readonly ManagedDevice[], { params: { id = "" } }: GraphCall): ManagedDevice {
  if (!GUID.test(id)) throw new Refusal(400, "BadRequest", "An error has occurred", { wording: "nested" });
  const device = devices.find((candidate) => candidate.id.toLowerCase() === id.toLowerCase());
  if (!device) throw new Refusal(404, "ResourceNotFound", "An error has occurred", { wording: "nested" });
  return device;
}

function notify(state: Kept<GraphState>, device: ManagedDevice, body: string, now: Date) {
  const text = notificationText(body);
  refuseMoreThanHourly(state.value.notifications, device.id, now);
  const reason = hiddenBecause(device);
  const sent = { id: randomUUID(), deviceId: device.id, ...text, at: now.toISOString(), shown: reason === undefined };
  state.value.notifications.push(reason ? { ...sent, reason } : sent);
  state.save();
}

/** One entry for each of the person's roles. An application has no Intune role, so there is nothing to tell it. */
function effectivePermissions({ claims }: GraphCall, intuneRoles: ReadonlyMap<string, readonly IntuneRole[]>) {
  const scopes = claims.scp?.split(" ") ?? [];
  const isAllowed = ["DeviceManagementRBAC.Read.All", "DeviceManagementRBAC.ReadWrite.All"].some((scope) =>
    scopes.includes(scope),
  );
  if (!isAllowed) throw notAuthorized("DeviceManagementRBAC.Read.All");
  const value = (intuneRoles.get(claims.oid ?? "") ?? []).map((role) => ({
    "@odata.type": "microsoft.graph.rolePermission",
    resourceActions: [{ allowedResourceActions: actionsOf(role), notAllowedResourceActions: [] }],
  }));
  return { status: 200, json: { value } };
}
