import type { Connection } from "../../../lib/connector/connection.ts";
import { type Session, sessionSchema } from "../../../lib/sessions/session.ts";
import type { TestApp } from "../../app.ts";
import { liveGrants, revokeCalls, tokenCalls } from "../../connect.ts";
import { requesting } from "../../requesting.ts";

export type Trace = Awaited<ReturnType<typeof readTrace>>;

/** All that can be seen of the product from outside at one moment: its stores, and what its surroundings were asked. `earlier`: TeamViewer sessions to leave out. */
export async function readTrace(product: TestApp, earlier: ReadonlySet<string>) {
  const { teamviewer, graph } = product.around;
  const [sessionRows, connectionRows, ledgerRows, secretNames, audit] = await Promise.all([
    product.rows("sessions"),
    product.rows("connections"),
    product.rows("notifications"),
    product.secretNames(),
    requesting(product).audited(),
  ]);
  const sessions: Session[] = sessionRows.flatMap(({ session }) =>
    session ? [sessionSchema.parse(JSON.parse(String(session)))] : [],
  );
  const connections = connectionRows.flatMap(({ connection }) =>
    connection ? [JSON.parse(String(connection)) as Connection] : [],
  );
  const owed = sessionRows.filter(({ rowKey }) => String(rowKey).startsWith("owed~"));
  const openMarkers = sessionRows.filter(({ rowKey }) => String(rowKey).startsWith("open~"));
  const versions = [];
  for (const name of secretNames)
    for await (const { version } of product.vault.listPropertiesOfSecretVersions(name)) versions.push(version);
  const remotes = teamviewer.sessions().flatMap((remote) => {
    const ourId = /"sessionId":"([0-9a-f]{32})"/.exec(remote.custom_api ?? "")?.[1];
    return ourId && !earlier.has(remote.code) ? [{ code: remote.code, state: remote.state, ourId }] : [];
  });
  const asked = (method: string, path: RegExp) =>
    teamviewer.journal.filter((call) => call.method === method && path.test(call.path));
  return {
    nowMs: product.clock.now().getTime(),
    sessions,
    connections,
    owed,
    openMarkers,
    ledger: ledgerRows.filter(({ rowKey }) => rowKey !== "budget"),
    secretNames,
    secretVersions: versions.length,
    audit,
    remotes,
    liveGrants: liveGrants(product).length,
    opened: asked("POST", /\/api\/v1\/sessions$/).map(({ body }) => /sessionId\\*":\\*"([0-9a-f]{32})/.exec(body)?.[1]),
    closed: asked("PUT", /\/api\/v1\/sessions\/s/).map(({ path }) => path.split("/").at(-1)),
    exchanges: tokenCalls(product, "authorization_code").length,
    refreshes: tokenCalls(product, "refresh_token").filter(({ status }) => status === 200).length,
    revokes: revokeCalls(product).length,
    sends: graph.journal
      .filter(({ path }) => path.endsWith("/sendCustomNotificationToCompanyPortal"))
      .map(({ path }) => path.split("/").at(-2)),
    mails: graph.journal.filter(({ path }) => path.endsWith("/sendMail")).length,
  };
}
