import type { NotificationLedger, Reservation } from "../../notifications/ports.ts";
import type { RowChange, Table } from "./table.ts";

const BUDGET = "budget";

/** What was sent when, a partition per device: the row `budget` holds the last hour's times, each other row one notification. */
export function makeNotificationLedger(table: Table, newId: () => string): NotificationLedger {
  return {
    async sentTimes(deviceId) {
      const row = await table.read(deviceId, BUDGET);
      const times = row ? (JSON.parse(String(row.times)) as string[]) : [];
      return { times: times.map((time) => new Date(time)), etag: row?.etag };
    },
    async find(deviceId, notifyKey) {
      const row = await table.read(deviceId, notifyKey);
      return row && { state: row.state as Reservation["state"], etag: row.etag, at: new Date(String(row.at)) };
    },
    async reserve({ deviceId, notifyKey, at, budget, previous }) {
      const claim = newId();
      const row = { partitionKey: deviceId, rowKey: notifyKey, state: "sending", at: at.toISOString(), claim };
      const budgetRow = { partitionKey: deviceId, rowKey: BUDGET, times: JSON.stringify([...budget.times, at]) };
      const changes: RowChange[] = [
        previous ? { kind: "replace", row, etag: previous.etag } : { kind: "insert", row },
        budget.etag ? { kind: "replace", row: budgetRow, etag: budget.etag } : { kind: "insert", row: budgetRow },
      ];
      const tags = await table.change(changes);
      if (tags) return { state: "sending", etag: tags.get(notifyKey) ?? "", at };
      // A change whose answer got lost is tried again by the SDK and then meets its own row.
      const existing = await table.read(deviceId, notifyKey);
      return existing?.claim === claim ? { state: "sending", etag: existing.etag, at } : undefined;
    },
    async mark(deviceId, notifyKey, { etag, at }, state) {
      const row = { partitionKey: deviceId, rowKey: notifyKey, state, at: at.toISOString() };
      await table.change([{ kind: "replace", row, etag }]);
    },
    async forget(deviceId, notifyKeys) {
      for (const rowKey of notifyKeys)
        await table.change([{ kind: "delete", row: { partitionKey: deviceId, rowKey } }]);
    },
  };
}
