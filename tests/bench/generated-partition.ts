import { type GeneratedRow, generatedAudit, generatedSessions, sessionIdOf } from "./generated-rows.ts";

/**
 * The same entries and sessions as public quickstarts keep them: all in one partition of one table, under keys that say nothing
 * of time. Made up once, when they are first read, so that reading them costs the service no more than looking at each.
 */
export function generatedPartitions(rows: number, now: Date) {
  const audit = generatedAudit(rows, now);
  const sessions = generatedSessions(rows, now);
  const made = new Map<string, GeneratedRow[]>();

  const fieldsOf: Record<string, (number: number) => object> = {
    audit: audit.entryAt,
    session(number) {
      const { device, requestedAt, requestedBy, state } = sessions.stored(number);
      return { at: requestedAt, deviceId: device.id, requestedBy, state };
    },
  };

  function all(PartitionKey: string): GeneratedRow[] {
    const existing = made.get(PartitionKey);
    if (existing) return existing;
    const make = fieldsOf[PartitionKey];
    const fresh = Array.from({ length: make ? rows : 0 }, (_, number) => ({
      ...make?.(number),
      PartitionKey,
      RowKey: sessionIdOf(number),
    })).sort((a, b) => (a.RowKey < b.RowKey ? -1 : 1));
    made.set(PartitionKey, fresh);
    return fresh;
  }

  return {
    /** The partition's rows in order, from the key `from` on. */
    *rows(partition: string, from: string): Generator<GeneratedRow> {
      const found = all(partition);
      let [first, end] = [0, found.length];
      while (first < end) {
        const middle = (first + end) >> 1;
        if ((found[middle]?.RowKey ?? "") < from) first = middle + 1;
        else end = middle;
      }
      yield* found.slice(first);
    },
  };
}
