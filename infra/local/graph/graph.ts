import { demoIntuneRoles } from "../intune-roles.ts";
import { kept } from "../kept.ts";
import { type StandIn, startStandIn } from "../stand-in.ts";
import { behindGraph, noSuchSegment } from "./call.ts";
import { controlRoutes, type GraphControl, graphControl } from "./control-routes.ts";
import { deviceRoutes } from "./device-routes.ts";
import { demoDevices } from "./devices.ts";
import type { ManagedDevice } from "./managed-device.ts";
import { demoUsers, type GraphUser } from "./people.ts";
import { missingPermissions } from "./permissions.ts";
import type { GraphState } from "./state.ts";
import { userRoutes } from "./user-routes.ts";

type Options = {
  port: number;
  /** Where the state outlives a restart. */
  file?: string;
  devices?: ManagedDevice[];
  users?: GraphUser[];
  /** The clock that notifications and tokens are judged by. */
  now?: () => Date;
};

/** Microsoft Graph with Intune behind it, as far as a remote-assistance connector sees of them. */
export async function startGraph(options: Options): Promise<StandIn & GraphControl> {
  const { port, file, now = () => new Date() } = options;
  const state = kept<GraphState>(file, () => ({
    devices: options.devices ?? demoDevices(),
    users: options.users ?? demoUsers(),
    ...nothingSent(),
  }));
  // What an older version kept knows nothing of e-mails and activities.
  state.value = { ...nothingSent(), ...state.value };
  const permissions = missingPermissions();
  const intuneRoles = demoIntuneRoles();
  const control = graphControl(state, permissions, intuneRoles);
  const routes = behindGraph([...deviceRoutes(state, now, intuneRoles), ...userRoutes(state, now)], {
    now,
    permissions,
  });
  const standIn = await startStandIn({
    name: "graph",
    port,
    routes: [...routes, ...controlRoutes(control)],
    notFound: noSuchSegment,
  });
  return { ...standIn, ...control };
}

const nothingSent = () => ({ notifications: [], mails: [], activities: [], withoutTeamsApp: [] });
