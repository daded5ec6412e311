import type { HttpHandler } from "@azure/functions";
import { requireRole } from "../lib/access/require-role.ts";
import type { App } from "../lib/app.ts";
import { healthSchema } from "../lib/connector/health.ts";
import { securityHeaders, tokenIn } from "../lib/http/headers.ts";
import type { OpenOperation } from "../lib/http/openapi/open-operation.ts";

export const healthOperation: OpenOperation = {
  summary: "Whether all is well",
  description: "With a token of the role RemoteAssistance.Read also each dependency, and what to do.",
  answers: { 200: { description: "ok or degraded", media: { "application/json": healthSchema } } },
};

/** GET /api/health: ok or degraded; with the role RemoteAssistance.Read also each dependency. */
export const health =
  (app: () => App): HttpHandler =>
  async (request) => {
    const { health, allowedOrigins } = app();
    const authorization = request.headers.get("authorization");
    const mayRead = authorization !== null && (await isReader(app(), authorization));

    const { status, dependencies } = await health();

    return {
      status: 200,
      headers: securityHeaders(request, allowedOrigins),
      jsonBody: mayRead ? { status, dependencies } : { status },
    };
  };

/** Whoever is not told more still learns whether all is well, so no refusal is shown. */
async function isReader({ authenticate, requireIntuneRight }: App, authorization: string): Promise<boolean> {
  try {
    const reader = await authenticate(authorization);
    requireRole(reader, ["RemoteAssistance.Read"]);
    await requireIntuneRight(reader, ["RemoteAssistance.Read"], tokenIn(authorization));
    return true;
  } catch {
    return false;
  }
}
