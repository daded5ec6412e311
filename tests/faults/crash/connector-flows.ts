import { TableClient } from "@azure/data-tables";
import type { Connection } from "../../../lib/connector/connection.ts";
import { APP_URL } from "../../app.ts";
import { connectorOf } from "../../connect.ts";
import type { Flow, Scene } from "./flow.ts";
import type { Broken } from "./invariants.ts";
import type { Act } from "./mortal.ts";
import type { Survivors } from "./survivors.ts";
import type { Trace } from "./trace.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ADMINISTRATOR = "Ada Administrator";

/** What administrators and the hourly timer do. */
export function connectorFlows({ product, agent, browser, tick, minutes }: Survivors): Flow[] {
  const asAdministrator = async () => ({ authorization: `Bearer ${await product.tokenFor(ADMINISTRATOR)}` });

  /** Lets everything run out that nobody confirmed, then tells which tokens are still about. */
  const settled = async (live: number, allowedLost: number): Promise<Broken[]> => {
    product.clock.advance(16 * MINUTE_MS);
    await minutes(2);
    const names = await product.secretNames();
    const grants = product.around.teamviewer.grants().filter((grant) => grant.live).length;
    const broken: Broken[] = [];
    if (names.length !== live) broken.push(`lost: ${names.length} token sets in the vault, not ${live}`);
    if (grants > live + allowedLost || grants < live) broken.push(`lost: ${grants} live grants, not ${live}`);
    const rows = (await product.rows("connections")).filter(({ connection }) => connection);
    if (rows.length !== live) broken.push(`stuck: ${rows.length} connections, not ${live}`);
    return broken;
  };

  /** The connector works, or says that it needs consent in the first call. */
  const works = async (mayNeedConsent = false): Promise<Broken[]> => {
    await tick("keep-connected");
    const { status } = await connectorOf(product);
    const answer = await agent.ask({ deviceId: agent.device().id });
    if (status === "connected" && answer.status === 201) return [];
    const isTold = status === "needsConsent" && answer.text.includes("connector-needs-consent");
    if (isTold && mayNeedConsent) return [];
    return [`${isTold ? "lost" : "stuck"}: the connector is ${status}, a request answers ${answer.status}`];
  };

  /** The administrator goes on until TeamViewer is connected: confirms what waits, else starts again. */
  const connectedAgain = async () => {
    const { status } = await connectorOf(product);
    if (status !== "connected") await browser.connected();
  };

  const confirmAct = async (id: string): Promise<Act> => ({
    function: "consent-confirm",
    url: `${APP_URL}/api/connector/consents/${id}/confirm`,
    params: { id },
    headers: await asAdministrator(),
  });

  const confirm = (isReplacing: boolean) => async (): Promise<Scene> => {
    if (isReplacing) await browser.connected();
    const consent = await browser.waiting();
    return {
      act: await confirmAct(consent.id),
      retry: async () => void (await browser.confirmed(consent)),
      broken: async ({ after }) => {
        const audited = toldOf(after, "connector.confirm", isReplacing ? 2 : 1);
        return [...audited, ...(await works()), ...(await settled(1, 0))];
      },
    };
  };

  const disconnect =
    (ageMs: number, isWaiting = false) =>
    async (): Promise<Scene> => {
      await (isWaiting ? browser.waiting() : browser.connected());
      product.clock.advance(ageMs);
      const act = { function: "disconnect", url: `${APP_URL}/api/connector`, headers: await asAdministrator() };
      const token = await product.tokenFor(ADMINISTRATOR);
      return {
        act,
        retry: async () => void (await product.request("DELETE", "/api/connector", { token })),
        broken: async ({ after }) => {
          const { status } = await connectorOf(product);
          const audited = isWaiting ? [] : toldOf(after, "connector.disconnect", 1);
          const broken = [...audited, ...(await settled(0, 0))];
          return status === "notConnected" ? broken : [...broken, `stuck: the connector is ${status}`];
        },
      };
    };

  return [
    {
      name: "consent",
      calls: 11,
      prepare: async () => {
        const headers = { ...(await asAdministrator()), "content-type": "application/json" };
        const body = JSON.stringify({ termsVersion: "1", termsAccepted: true });
        return {
          act: { function: "consent", url: `${APP_URL}/api/connector/consents`, headers, body },
          retry: connectedAgain,
          broken: async () => [...(await works()), ...(await settled(1, 0))],
        };
      },
    },
    {
      name: "start",
      calls: 5,
      prepare: async () => {
        const { startUrl } = await browser.asked();
        return {
          act: { function: "consent-start", url: startUrl },
          retry: async () => {
            await product.request("GET", startUrl);
            await connectedAgain();
          },
          broken: async () => [...(await works()), ...(await settled(1, 0))],
        };
      },
    },
    {
      name: "callback",
      calls: 17,
      prepare: async () => {
        const consent = await browser.asked();
        const started = await browser.opened(consent);
        const back = await browser.consented(started);
        const { cookie } = started;
        return {
          act: { function: "callback", url: APP_URL + back, headers: { cookie } },
          retry: async () => {
            await browser.cameBack(back, cookie);
            await browser.confirmed(consent);
            await connectedAgain();
          },
          broken: async ({ dead }) => [...(await works()), ...(await settled(1, isExchangeLost(dead) ? 1 : 0))],
        };
      },
    },
    { name: "confirm", calls: 7, prepare: confirm(false) },
    { name: "confirm in place of another", calls: 16, prepare: confirm(true) },
    {
      name: "follow: a connection that nobody confirmed",
      calls: 25,
      prepare: async () => {
        await browser.waiting();
        product.clock.advance(16 * MINUTE_MS);
        return { act: { function: "follow-sessions" }, broken: () => settled(0, 0) };
      },
    },
    {
      name: "refresh",
      calls: 20,
      prepare: async () => {
        await browser.connected();
        product.clock.advance(13 * HOUR_MS);
        return { act: { function: "keep-connected" }, broken: ({ dead }) => works(isRefreshLost(dead)) };
      },
    },
    {
      name: "refresh into a new secret",
      calls: 22,
      prepare: async () => {
        await browser.connected();
        await fillSecret();
        product.clock.advance(13 * HOUR_MS);
        return {
          act: { function: "keep-connected" },
          broken: async ({ dead }) => {
            const broken = await works(isRefreshLost(dead));
            await minutes(2);
            const names = (await product.secretNames()).length;
            return names === 1 || isRefreshLost(dead) ? broken : [...broken, `stuck: ${names} secrets`];
          },
        };
      },
    },
    {
      name: "refresh of a grant that has ended",
      calls: 21,
      prepare: async () => {
        await browser.connected();
        product.around.teamviewer.removeGrants();
        product.clock.advance(13 * HOUR_MS);
        return { act: { function: "keep-connected" }, broken: refusedOnce };
      },
    },
    { name: "disconnect", calls: 15, prepare: disconnect(0) },
    { name: "disconnect with a token that ran out", calls: 25, prepare: disconnect(25 * HOUR_MS) },
    { name: "disconnect before anybody confirmed", calls: 16, prepare: disconnect(0, true) },
  ];

  /** The row says that the connection's secret takes no more versions. */
  async function fillSecret() {
    const { connectionString } = product.around.storage;
    const table = TableClient.fromConnectionString(connectionString, "connections", { allowInsecureConnection: true });
    const row = (await product.rows("connections")).find(({ connection }) => connection);
    const connection = { ...(JSON.parse(String(row?.connection)) as Connection), secretVersions: 400 };
    const changed = { partitionKey: "connection", rowKey: connection.id, connection: JSON.stringify(connection) };
    await table.updateEntity(changed, "Merge");
  }

  async function refusedOnce(): Promise<Broken[]> {
    const broken = await works(true);
    return [...broken, ...toldOf({ audit: await agent.audited() }, "connector.needs-consent", 1)];
  }
}

/** The audit tells `count` times that it was done. */
function toldOf({ audit }: Pick<Trace, "audit">, action: string, count: number): Broken[] {
  const outcomes = audit.filter((entry) => entry.action === action && /success|failed/.test(entry.result ?? "")).length;
  if (outcomes === count) return [];
  return [`${outcomes < count ? "lost" : "doubled"}: ${outcomes} outcomes of ${action}, not ${count}`];
}

/** TeamViewer gave tokens and nothing of them was stored: the window that nobody can close. */
const isExchangeLost = ({ exchanges, secretVersions }: Trace) => exchanges > secretVersions;
const isRefreshLost = ({ refreshes, secretVersions, connections }: Trace) =>
  refreshes >= secretVersions && connections.every(({ sealedTokens }) => !sealedTokens);
