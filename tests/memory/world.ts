import { randomBytes } from "node:crypto";
import { principals } from "../../infra/local/principals.ts";
import type { Device } from "../../lib/devices/device.ts";
import type { NotificationMessage } from "../../lib/notifications/ports.ts";
import { aDevice } from "../lib/devices/a-device.ts";
import { makeMemoryGrants } from "./grants.ts";
import { makeMemoryRemoteSessions } from "./remote-sessions.ts";
import { makeMemorySealing } from "./sealing.ts";
import { makeMemorySecrets } from "./secrets.ts";
import { makeMemoryTables } from "./table.ts";

export type World = ReturnType<typeof makeWorld>;

/** Around every call that leaves a process: where tests order calls, or let them fail. */
export type Step = <T>(label: string, work: () => Promise<T>) => Promise<T>;

const START = Date.parse("2026-11-22T09:00:00.000Z");

/** All that is around the product, in memory: storage, vault, TeamViewer, Intune, and a clock that tests move. */
export function makeWorld() {
  let nowMs = START;
  let made = 0;
  const now = () => new Date(nowMs);
  const next = () => {
    made += 1;
    return made;
  };
  const newText = () => String(next()).padStart(12, "0");
  const secrets = makeMemorySecrets();
  const grants = makeMemoryGrants({ now, newText });
  const devices = new Map<string, Device>();

  void secrets.port.set("state-key", randomBytes(32).toString("base64"), { contentType: "text/plain", tags: {} });

  return {
    now,
    advance(ms: number) {
      nowMs += ms;
    },
    /** Ids in the order they were asked for, so that a run can be repeated. */
    newId: () => `00000000-0000-4000-8000-${newText()}`,
    newText,
    newHex: () => next().toString(16).padStart(16, "0"),
    tables: makeMemoryTables(),
    secrets,
    sealing: makeMemorySealing(),
    grants,
    remote: makeMemoryRemoteSessions(grants),
    devices,
    /** An iPhone of its own, with `change`. */
    device(change: Partial<Device> = {}): Device {
      const id = `d0000000-0000-4000-8000-${newText()}`;
      const device = aDevice({ id, platform: "ios", operatingSystem: "iOS", ...change });
      devices.set(id, device);
      return device;
    },
    /** What Company Portal was sent. */
    notifications: [] as { deviceId: string; title: string; text: string }[],
    /** What waits in the queue. */
    queue: [] as NotificationMessage[],
    poison: [] as unknown[],
  };
}

/** A token by which this world knows somebody of `principals.ts`. */
export function tokenFor(name: string): string {
  const index = principals.findIndex((principal) => principal.name === name);
  if (index < 0) throw new Error(`Nobody is called ${name}`);
  return `memory-${index}`;
}
