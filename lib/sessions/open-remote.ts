import type { Device } from "../devices/device.ts";
import type { AssignedAccess } from "./assignee.ts";
import type { RemoteSessions } from "./ports.ts";
import type { Session } from "./session.ts";

type Deps = { remote: RemoteSessions };

/**
 * TeamViewer's session: looked up by our id first when an earlier try may have made it, and again after an answer that
 * leaves it open. `trace.mayExist` tells, whatever happens here, whether there may be one that nobody recorded.
 */
export async function openRemote(
  { remote }: Deps,
  access: AssignedAccess,
  session: Session,
  device: Device,
  trace: { mayExist: boolean },
) {
  const existing = trace.mayExist ? await remote.findByOurId(access, session.id) : undefined;
  if (existing?.state === "open") return existing;

  const description = [session.ticket, session.reason, `${device.name} (${device.platform})`]
    .filter(Boolean)
    .join(" · ");
  trace.mayExist = true;
  const { id: ourId, expiresAt: validUntil } = session;
  const { assigneeId } = access;
  const result = await remote.open(access, { ourId, description, validUntil, assigneeId });
  if (result.outcome === "opened") return result.remote;
  trace.mayExist = result.outcome === "unknown";
  const made = trace.mayExist ? await remote.findByOurId(access, session.id).catch(() => undefined) : undefined;
  if (made) return made;
  throw result.error;
}
