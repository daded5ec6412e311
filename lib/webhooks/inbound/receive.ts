import { createHash } from "node:crypto";
import type { Principal } from "../../access/principal.ts";
import type { Stored } from "../../connector/ports.ts";
import { AppError } from "../../errors.ts";
import { sessionIdOf } from "../../sessions/id.ts";
import type { Done, makeAct } from "./act.ts";
import type { makeAuthenticateSource } from "./authenticate.ts";
import { mapped } from "./mapping.ts";
import type { Command, InboundRecord, Message } from "./message.ts";
import type { Filed, RecordStore } from "./ports.ts";
import type { makeResolve } from "./resolve.ts";
import type { SignedMessage } from "./signature.ts";
import { principalOf, type Source } from "./source.ts";

type Deps = {
  authenticate: ReturnType<typeof makeAuthenticateSource>;
  resolve: ReturnType<typeof makeResolve>;
  act: ReturnType<typeof makeAct>;
  records: RecordStore;
  admit: (principal: Principal) => void;
  now: () => Date;
};

/** A message as it came in. `read` parses it, lets `prepare` make a message of it, and checks that. */
export type Sent = {
  sourceName: string;
  signed: SignedMessage;
  read: (prepare: (json: unknown) => unknown) => Message;
};

/**
 * Does what a message asks for: who sent it, if that may do so, then once and for all. Its row, whose key is the `webhook-id`,
 * is the lock and the record: same id and bytes -> the same command again, other bytes -> `idempotency-key-reused`.
 */
export function makeReceive({ authenticate, resolve, act, records, admit, now }: Deps) {
  async function take(source: Source, { signed, read }: Sent, bodyHash: string): Promise<Stored<InboundRecord>> {
    const known = await records.find(source.id, signed.id);
    if (known) return sameMessage(known, bodyHash);
    const message = read((json) => (source.mapping ? mapped(source.mapping, json) : json));
    requireRight(source, message.action);
    const command = await resolve(source, message);
    const record = { bodyHash, at: now().toISOString(), command };
    const added = await records.add(source.id, signed.id, record, filedBy(source, signed.id, command));
    const taken = added ?? (await records.find(source.id, signed.id));
    if (!taken) throw tooManyAtOnce();
    return sameMessage(taken, bodyHash);
  }

  return async (sent: Sent, correlationId: string): Promise<Done> => {
    const { signed } = sent;
    const source = await authenticate(sent.sourceName, signed);
    admit(principalOf(source));
    const taken = await take(source, sent, createHash("sha256").update(signed.body).digest("hex"));
    const { command, isDone = false } = taken.value;
    // A right that was taken away since counts for repeats, too.
    requireRight(source, command.action);
    const done = await act({ source, messageId: signed.id, command, isDone, correlationId });
    // Sessions know by themselves what was requested and closed; of a ticket nobody could tell whether it came back.
    if (command.action === "ticket" && !isDone) await records.settle(source.id, signed.id, taken);
    return done;
  };
}

function requireRight({ rights }: Source, action: Command["action"]): void {
  if (rights.includes(action)) return;
  throw new AppError(
    "forbidden",
    `This source does not have the right ${action}. An administrator can give it with PATCH /api/inbound-sources/{id}.`,
  );
}

function sameMessage(stored: Stored<InboundRecord>, bodyHash: string): Stored<InboundRecord> {
  if (stored.value.bodyHash === bodyHash) return stored;
  throw new AppError(
    "idempotency-key-reused",
    "This webhook-id was used for a message with another body. Take a new id for each new message.",
  );
}

/** Which session belongs to which ticket from now on: a session's id follows from who asks and by which message. */
function filedBy(source: Source, messageId: string, command: Command): Filed | undefined {
  if (command.action === "close" || command.ticket === undefined) return undefined;
  const sessionId = command.action === "ticket" ? command.sessionId : sessionIdOf(principalOf(source), messageId);
  return { ticket: command.ticket, sessionId };
}

const tooManyAtOnce = () =>
  new AppError("upstream-unavailable", "The message was taken and is gone. Send it again in a moment.", {
    retryAfterSeconds: 1,
  });
