import { TeamViewerError } from "../../lib/adapters/teamviewer/refusal.ts";
import type { Access, TeamViewerAccess } from "../../lib/connector/access.ts";
import { isAppError } from "../../lib/errors.ts";
import type { RemoteSession, RemoteSessions } from "../../lib/sessions/ports.ts";

type Deps = { isAccepted: (accessToken: string) => boolean };

/** TeamViewer's sessions in memory: each POST makes one, whoever asks twice gets two. */
export function makeMemoryRemoteSessions({ isAccepted }: Deps) {
  const sessions: RemoteSession[] = [];

  function make(ourId: string): RemoteSession {
    const code = `s${String(100_000_000 + sessions.length)}`;
    const link = (kind: string) => `https://get.teamviewer.example/${kind}/${code}`;
    const links = { supporterUrl: link("supporter"), endCustomerUrl: link("customer") };
    const session: RemoteSession = { code, ourId, state: "open", online: false, ...links };
    sessions.unshift(session);
    return { ...session };
  }

  function refuse(): never {
    const text = "TeamViewer does not accept the connection's token. Try again in a minute.";
    throw new TeamViewerError("upstream-unavailable", text, { isAmbiguous: false, isTokenRefused: true, status: 401 });
  }

  /** The port as one process has it: a refused token is renewed once, as the adapter does. */
  function remoteWith({ renew }: Pick<TeamViewerAccess, "renew">, each: <T>(work: () => Promise<T>) => Promise<T>) {
    const call = async <T>(access: Access, work: () => T): Promise<T> => {
      const once = ({ accessToken }: Access) => each(async () => (isAccepted(accessToken) ? work() : refuse()));
      try {
        return await once(access);
      } catch (error) {
        if (!(error instanceof TeamViewerError) || !error.isTokenRefused) throw error;
        return once(await renew(access));
      }
    };
    const found = (code: string) => sessions.find((session) => session.code === code);
    const port: RemoteSessions = {
      async open(access, { ourId }) {
        try {
          return { outcome: "opened", remote: await call(access, () => make(ourId)) };
        } catch (error) {
          if (!isAppError(error)) throw error;
          return { outcome: "refused", error };
        }
      },
      findByOurId: (access, ourId) =>
        call(access, () => sessions.find((session) => session.ourId === ourId && session.state === "open")),
      async find(access, code) {
        const session = await call(access, () => found(code));
        if (session) return { ...session };
        throw new TeamViewerError("upstream-invalid", "TeamViewer has no such session.", { isAmbiguous: false });
      },
      list: (access) => call(access, () => sessions.map((session) => ({ ...session }))),
      close: (access, code) =>
        call(access, () => {
          const session = found(code);
          if (session) session.state = "closed";
        }),
    };
    return port;
  }

  return { sessions, remoteWith };
}
