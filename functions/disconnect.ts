import type { App } from "../lib/app.ts";
import { connectorSchema } from "../lib/connector/connection.ts";
import { endpoint } from "../lib/http/endpoint.ts";

/** DELETE /api/connector: out of use at once; tokens are revoked and deleted now or as soon as it works. */
export const disconnect = endpoint<App>({
  summary: "Disconnect TeamViewer: its tokens are revoked and deleted",
  roles: ["RemoteAssistance.Update"],
  problems: ["connector-changed"],
  answers: { 202: connectorSchema },
  async handle({ principal, correlationId }, { connector }) {
    return { status: 202, jsonBody: await connector.disconnect(principal, correlationId) };
  },
});
