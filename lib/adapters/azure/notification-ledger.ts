import type { NotificationLedger, Reservation } from "../../notifications/ports.ts";
import type { RowChange } from "./row-change.ts";
import { type Row, type Table, where } from "./table.ts";

const BUDGET = "budget";

/** What was sent when, a partition per device: the row `budget` holds the last hour's times, each other row one notification. */
export function makeNotificationLedger(table: Table): NotificationLedger {
  return {
    sentTimes: async (deviceId) => budgetOf(await table.read(deviceId, BUDGET)),
    async look(deviceId, notifyKeys) {
      const wanted = [BUDGET, ...notifyKeys].map((key) => where`RowKey eq ${key}`).join(" or ");
      const rows: Row[] = [];
      for await (const row of table.query(`${where`PartitionKey eq ${deviceId}`} and (${wanted})`)) rows.push(row);
      const reservations = rows.filter(({ rowKey }) => rowKey !== BUDGET);
      return {
        budget: budgetOf(rows.find(({ rowKey }) => rowKey === BUDGET)),
        reservations: new Map(reservations.map((row) => [row.rowKey, reservationOf(row)])),
      };
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

function budgetOf(row: Row | undefined) {
  const times = row ? (JSON.parse(String(row.times)) as string[]) : [];
  return { times: times.map((time) => new Date(time)), etag: row?.etag };
}

const reservationOf = (row: Row): Reservation => ({
  state: row.state as Reservation["state"],
  etag: row.etag,
  at: new Date(String(row.at)),
});
