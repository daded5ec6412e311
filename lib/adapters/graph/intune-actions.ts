import * as z from "zod";
import type { IntuneActionsOf } from "../../access/ports.ts";
import { AppError } from "../../errors.ts";
import { type Outbound, type OutboundAnswer, OutboundError } from "../outbound.ts";
import { usable } from "./answer.ts";
import { audienceOf } from "./client.ts";

type Deps = {
  graphUrl: string;
  onBehalfOf: (userToken: string, scope: string) => Promise<string>;
  outbound: Outbound;
  newId: () => string;
};

const TIMEOUT_MS = 10_000;
const actionsSchema = z.object({
  value: z.array(
    z.object({
      resourceActions: z.array(z.object({ allowedResourceActions: z.array(z.string()).default([]) })).default([]),
    }),
  ),
});

/**
 * What Intune grants a person over all their roles, asked in their name (learn.microsoft.com/graph/api/
 * intune-rbac-devicemanagement-geteffectivepermissions). Needs the delegated permission DeviceManagementRBAC.Read.All.
 */
export function makeIntuneActions({ graphUrl, onBehalfOf, outbound, newId }: Deps): IntuneActionsOf {
  const url = `${graphUrl}/v1.0/deviceManagement/getEffectivePermissions(scope='*')`;
  return async (userToken) => {
    const token = await onBehalfOf(userToken, `${audienceOf(graphUrl)}/.default`);
    const headers = { authorization: `Bearer ${token}`, accept: "application/json", "client-request-id": newId() };
    const answer = await outbound(url, { headers, timeoutMs: TIMEOUT_MS }).catch((error: unknown) => {
      throw error instanceof OutboundError ? unavailable(error) : error;
    });
    return actionsOf(answer);
  };
}

function actionsOf({ status, text }: OutboundAnswer): readonly string[] {
  if (status === 200) {
    return usable(actionsSchema, jsonOf(text)).value.flatMap(({ resourceActions }) =>
      resourceActions.flatMap(({ allowedResourceActions }) => allowedResourceActions),
    );
  }
  const cause = new Error(`Microsoft Graph answered ${status}`);
  if (status === 401 || status === 429 || status >= 500) throw unavailable(cause);
  const isOfTheApp = text.includes("following scopes");
  // Intune's other 403 is about the person: whoever has no role there may not even ask.
  if (status === 403 && !isOfTheApp) return [];
  const advice =
    status === 403
      ? "Grant this API's app registration the delegated permission DeviceManagementRBAC.Read.All and consent to it."
      : "Its answer cannot be used.";
  throw new AppError("upstream-invalid", `Microsoft Graph does not tell your rights in Intune. ${advice}`, { cause });
}

function unavailable(cause: Error): AppError {
  const text = "Microsoft Graph does not tell your rights in Intune now. Try again in half a minute.";
  return new AppError("upstream-unavailable", text, { cause, retryAfterSeconds: 30 });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema refuses it.
    return undefined;
  }
}
