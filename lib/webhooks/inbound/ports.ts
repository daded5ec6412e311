import type { Stored } from "../../connector/ports.ts";
import type { InboundRecord } from "./message.ts";
import type { Source } from "./source.ts";

/** Where sources are kept. Conditional changes answer undefined when somebody else was faster. */
export type SourceStore = {
  /** All of them, deleted ones too. */
  list: () => Promise<Stored<Source>[]>;
  /** Adding takes the name: undefined when another source has it. */
  add: (source: Source) => Promise<Stored<Source> | undefined>;
  update: (stored: Stored<Source>, source: Source) => Promise<Stored<Source> | undefined>;
  /** Hides the source, in one transaction that sets its name free; undefined when it was gone already. */
  bury: (stored: Stored<Source>) => Promise<Stored<Source> | undefined>;
  /** Deletes the row of a source that was buried. */
  remove: (stored: Stored<Source>) => Promise<void>;
};

/** A session that belongs to a ticket, from the sight of one source. */
export type Filed = { ticket: string; sessionId: string };

/** Where the messages of sources are kept, by their `webhook-id`, and which sessions belong to which of their tickets. */
export type RecordStore = {
  find: (sourceId: string, messageId: string) => Promise<Stored<InboundRecord> | undefined>;
  /** Adding a message for the first time is the lock, in one transaction with what it files: undefined when it is there. */
  add: (
    sourceId: string,
    messageId: string,
    record: InboundRecord,
    filed: Filed | undefined,
  ) => Promise<Stored<InboundRecord> | undefined>;
  /** What the message asks for was done. */
  settle: (sourceId: string, messageId: string, stored: Stored<InboundRecord>) => Promise<void>;
  /** Ids of the sessions that were ever filed under the ticket. */
  sessionsOf: (sourceId: string, ticket: string) => Promise<string[]>;
  /** Deletes messages taken before `records` and what was filed before `filed`. */
  dropBefore: (sourceId: string, before: { records: Date; filed: Date }) => Promise<void>;
};
