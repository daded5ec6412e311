import type { Principal } from "../../access/principal.ts";
import { sessionNotFound } from "../../errors.ts";
import type { SessionRequest } from "../../sessions/draft.ts";
import { type Session, type SessionView, viewOfSession } from "../../sessions/session.ts";
import type { Command } from "./message.ts";
import { principalOf, type Source } from "./source.ts";

/** What sources can do with sessions. */
export type SessionActs = {
  find: (id: string) => Promise<Session | undefined>;
  request: (
    principal: Principal,
    request: SessionRequest,
    idempotencyKey: string,
    correlationId: string,
  ) => Promise<{ session: Session; supporterUrl: string | undefined }>;
  close: (actor: Pick<Principal, "id" | "kind">, id: string, correlationId: string) => Promise<Session>;
  setTicket: (
    actor: Pick<Principal, "id" | "kind">,
    id: string,
    ticket: string,
    correlationId: string,
  ) => Promise<Session>;
};

type Deps = { sessions: SessionActs; admit: (principal: Principal, startKey?: string) => void };

/** One message to be done. `isDone`: it was, and what it changed may have been changed by others since. */
export type Doing = { source: Source; messageId: string; command: Command; isDone: boolean; correlationId: string };

export type Done = { status: 200 | 201; session: SessionView };

/** Does what a source asks for, as that source. Doing it again does no more. */
export function makeAct({ sessions, admit }: Deps) {
  return async ({ source, messageId, command, isDone, correlationId }: Doing): Promise<Done> => {
    const principal = principalOf(source);
    const { id, kind } = principal;
    if (command.action === "request") {
      const { action: _, ...request } = command;
      admit(principal, messageId);
      const { session, supporterUrl } = await sessions.request(principal, request, messageId, correlationId);
      const mayHelp = source.rights.includes("supporter-link");
      return { status: 201, session: viewOfSession(session, mayHelp ? supporterUrl : undefined) };
    }
    if (command.action === "ticket") {
      const session = isDone
        ? await sessions.find(command.sessionId)
        : await sessions.setTicket({ id, kind }, command.sessionId, command.ticket, correlationId);
      if (!session) throw sessionNotFound();
      return { status: 200, session: viewOfSession(session) };
    }
    const closed: Session[] = [];
    for (const sessionId of command.sessionIds)
      closed.push(await sessions.close({ id, kind }, sessionId, correlationId));
    const [newest] = closed;
    if (!newest) throw sessionNotFound();
    return { status: 200, session: viewOfSession(newest) };
  };
}
