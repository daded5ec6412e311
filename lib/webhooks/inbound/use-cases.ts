import type { Principal } from "../../access/principal.ts";
import type { Audit } from "../../audit/record.ts";
import type { DeviceDirectory } from "../../devices/ports.ts";
import type { WebhookVault } from "../ports.ts";
import { makeAct, type SessionActs } from "./act.ts";
import { makeAuthenticateSource } from "./authenticate.ts";
import { makeCreateSource } from "./create.ts";
import { makeFindDevice } from "./find-device.ts";
import type { KnownSources } from "./known-sources.ts";
import type { RecordStore, SourceStore } from "./ports.ts";
import { makeListSources, makeReadSource } from "./read.ts";
import { makeReceive } from "./receive.ts";
import { makeDeleteSource } from "./remove.ts";
import { makeResolve } from "./resolve.ts";
import { makeRotateSourceSecret } from "./rotate.ts";
import { makeUpdateSource } from "./update.ts";
import { makeUpkeepSources } from "./upkeep.ts";

/** What webhooks that come in need of the outside. */
export type InboundPorts = {
  store: SourceStore;
  records: RecordStore;
  vault: WebhookVault;
  /** `whsec_` and 32 random bytes, base64. */
  newSecret: () => string;
};

type Deps = {
  ports: InboundPorts;
  known: KnownSources;
  devices: Pick<DeviceDirectory, "search">;
  sessions: SessionActs;
  admit: (principal: Principal, startKey?: string) => void;
  audit: Audit;
  now: () => Date;
  newId: () => string;
  sessionRetentionDays: number;
};

/** All that can be done with sources, and what they can do. */
export function makeInbound({ ports, ...rest }: Deps) {
  const deps = { ...ports, ...rest };
  const resolve = makeResolve({ ...deps, findDevice: makeFindDevice(deps), findSession: deps.sessions.find });
  return {
    receive: makeReceive({ ...deps, authenticate: makeAuthenticateSource(deps), resolve, act: makeAct(deps) }),
    list: makeListSources(deps),
    read: makeReadSource(deps),
    create: makeCreateSource(deps),
    update: makeUpdateSource(deps),
    remove: makeDeleteSource(deps),
    rotate: makeRotateSourceSecret(deps),
    upkeep: makeUpkeepSources(deps),
  };
}
