import { roles } from "../lib/access/principal.ts";
import type { App } from "../lib/app.ts";
import { connectorSchema } from "../lib/connector/connection.ts";
import { endpoint } from "../lib/http/endpoint.ts";

/** GET /api/connector: the connector as it stands. */
export const connector = endpoint<App>({
  summary: "The connector as it stands",
  roles,
  answers: { 200: connectorSchema },
  handle: async (_asked, { connector }) => ({ status: 200, jsonBody: await connector.read() }),
});
