import type { z } from "zod";
import { kept } from "../kept.ts";
import { type StandIn, startStandIn } from "../stand-in.ts";
import { accountCalls, pingRoutes } from "./account-calls.ts";
import { addConnection, type newConnection, removeConnections } from "./add-connection.ts";
import { apiRoutes } from "./api-routes.ts";
import { authorizeRoutes } from "./authorize.ts";
import {
  changeLimits,
  changeMode,
  controlRoutes,
  grantRows,
  type limitChange,
  type modeChange,
  rawSessions,
  removeGrants,
} from "./control-routes.ts";
import { groupCalls } from "./groups.ts";
import { linkPages } from "./link-pages.ts";
import type { Realm } from "./realm.ts";
import { notFound } from "./refusal.ts";
import { reportCalls } from "./report-calls.ts";
import { allRights, changeRights, type rightsChange } from "./rights.ts";
import { sessionCalls } from "./session-calls.ts";
import { emptyState } from "./state.ts";
import { tokenRoutes } from "./token.ts";

type Options = {
  port: number;
  /** The registered app. */
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  /** Where grants and sessions are kept; without it they end with the process. */
  file?: string;
  now?: () => Date;
};

/** TeamViewer's stand-in, with what tests ask it directly; over HTTP the same is under `/_control/`. */
export type TeamViewerStandIn = StandIn & {
  setRedirectUri: (redirectUri: string) => void;
  setMode: (change: z.infer<typeof modeChange>) => void;
  setLimits: (change: z.infer<typeof limitChange>) => void;
  /** What is not named stays as it is. */
  setRights: (change: z.infer<typeof rightsChange>) => void;
  addConnection: (connection: z.infer<typeof newConnection>) => void;
  removeConnections: () => void;
  sessions: () => ReturnType<typeof rawSessions>;
  grants: () => ReturnType<typeof grantRows>;
  removeGrants: () => void;
};

/** login.teamviewer.com, webapi.teamviewer.com and get.teamviewer.com on one origin. */
export async function startTeamViewer({ port, file, now, ...app }: Options): Promise<TeamViewerStandIn> {
  const realm: Realm = {
    kept: kept(file, emptyState),
    now: now ?? (() => new Date()),
    origin: "",
    app,
    refresh: "rotating",
    accessTokenSeconds: 86_400,
    callsPerHour: undefined,
    concurrentSessions: undefined,
    rights: allRights,
  };
  const calls = [...accountCalls(realm), ...groupCalls(realm), ...sessionCalls(realm), ...reportCalls(realm)];
  const standIn = await startStandIn({
    name: "TeamViewer",
    port,
    routes: [
      ...authorizeRoutes(realm),
      ...tokenRoutes(realm),
      ...pingRoutes(realm),
      ...apiRoutes(realm, calls),
      ...controlRoutes(realm),
      ...linkPages(realm),
    ],
    notFound: ({ path }) => notFound(`There is no ${path}`).answer,
  });
  realm.origin = standIn.url;
  return {
    ...standIn,
    setRedirectUri: (redirectUri) => {
      app.redirectUri = redirectUri;
    },
    setMode: (change) => changeMode(realm, change),
    setLimits: (change) => changeLimits(realm, change),
    setRights: (change) => changeRights(realm, change),
    addConnection: (connection) => addConnection(realm, connection),
    removeConnections: () => removeConnections(realm),
    sessions: () => rawSessions(realm),
    grants: () => grantRows(realm),
    removeGrants: () => removeGrants(realm),
  };
}
