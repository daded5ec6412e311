import * as z from "zod";
import type { TeamViewerAccess } from "../connector/access.ts";
import type { Check } from "../connector/health.ts";
import type { ConnectionStore } from "../connector/ports.ts";
import type { DeviceDirectory, NameDirectory } from "../devices/ports.ts";
import { AppError, isAppError } from "../errors.ts";
import type { Outbound } from "./outbound.ts";
import { callApi } from "./teamviewer/api.ts";

type Deps = {
  connections: ConnectionStore;
  /** Throws when the queue of notifications could not be written to. */
  checkQueue: () => Promise<void>;
  deployedSecrets: readonly (() => Promise<unknown>)[];
  devices: DeviceDirectory;
  names: NameDirectory;
  access: TeamViewerAccess;
  entraUrl: string;
  tenantId: string;
  apiUrl: string;
  outbound: Outbound;
};

/** Nobody and nothing has this id: asking for it shows whether Graph answers and lets us read. */
const NOBODY = "00000000-0000-4000-8000-000000000000";

/** One cheap call to each dependency. A connector that nobody connected yet is no fault. */
export function makeChecks({
  connections,
  checkQueue,
  deployedSecrets,
  devices,
  names,
  access,
  entraUrl,
  tenantId,
  apiUrl,
  outbound,
}: Deps): Record<string, Check> {
  return {
    storage: () => allOf([connections.read(), checkQueue()]),
    keyVault: () => allOf(deployedSecrets.map((read) => read())),
    graph: () => devices.find(NOBODY),
    people: () =>
      names.nameOf(NOBODY).catch((error: unknown) => {
        throw isAppError(error, "upstream-invalid") ? peopleUnreadable(error) : error;
      }),
    async entra() {
      const { status } = await outbound(`${entraUrl}/${tenantId}/discovery/v2.0/keys`, { timeoutMs: 5_000 });
      if (status !== 200)
        throw new AppError("upstream-unavailable", `Entra answered ${status} when asked for its signing keys.`);
    },
    async teamviewer() {
      const current = await access.current().catch((error: unknown) => {
        if (isAppError(error, "connector-not-connected")) return undefined;
        throw error;
      });
      if (!current) return;
      const schema = z.object({ token_valid: z.boolean() });
      const { token_valid } = await callApi(
        { apiUrl, outbound },
        { accessToken: current.accessToken, path: "/ping", schema },
      );
      if (!token_valid)
        throw new AppError("connector-needs-consent", "TeamViewer does not accept the connection's token.");
    },
  };
}

/** Waits for all, so that whoever looks is told everything that is wrong, each once. */
async function allOf(works: readonly Promise<unknown>[]): Promise<void> {
  const failures = (await Promise.allSettled(works)).flatMap((each) =>
    each.status === "rejected" ? [each.reason] : [],
  );
  const [first] = failures;
  if (failures.length === 0) return;
  if (!failures.every((each) => isAppError(each))) throw first;
  const texts = new Set(failures.map(({ message }: AppError) => message));
  throw new AppError("upstream-unavailable", [...texts].join(" "), { cause: first });
}

/** Graph's own words for it name no permission. */
function peopleUnreadable(cause: AppError): AppError {
  const text =
    "Microsoft Graph does not let this app read people. Grant its identity User.Read.All and consent to it (its token tells of it at the latest after a day); until then users are addressed in the default language, people are shown by their ids, and a search finds users among the first 9,990 devices only.";
  return new AppError("upstream-invalid", text, { cause });
}
