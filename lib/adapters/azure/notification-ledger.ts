import type { NotificationLedger, Reservation } from "../../notifications/ports.ts";
import type { RowChange } from "./row-change.ts";
import type { Table } from "./table.ts";

const BUDGET = "budget";

/** What was sent when, a partition per device: the row `budget` holds the last hour's times, each other row one notification. */
export function makeNotificationLedger(table: Table): NotificationLedger {
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
      const row = { partitionKey: deviceId, rowKey: notifyKey, state: "sending", at: at.toISOString() };
      const budgetRow = { partitionKey: deviceId, rowKey: BUDGET, times: JSON.stringify([...budget.times, at]) };
      const changes: RowChange[] = [
        previous ? { kind: "replace", row, etag: previous.etag } : { kind: "insert", row },
        budget.etag ? { kind: "replace", row: budgetRow, etag: budget.etag } : { kind: "insert", row: budgetRow },
      ];
      const tags = await table.change(changes);
      return tags && { state: "sending", etag: tags.get(notifyKey) ?? "", at };
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
