import { randomUUID } from "node:crypto";

/** Why Entra refuses: the OAuth error, its AADSTS number and text. https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
export class EntraRefusal extends Error {
  readonly error: string;
  readonly number: number;
  readonly status: number;
  /** What the answer holds besides: `suberror`, `claims`. */
  readonly more: Record<string, string>;

  constructor(error: string, number: number, text: string, status = 400, more: Record<string, string> = {}) {
    super(`AADSTS${number}: ${text}`);
    this.name = "EntraRefusal";
    this.error = error;
    this.number = number;
    this.status = status;
    this.more = more;
  }
}

/** The JSON answer of the token endpoint. */
export function refusalAnswer(
  { error, number, message, status, more }: EntraRefusal,
  correlationId: string = randomUUID(),
) {
  const trace_id = randomUUID();
  const timestamp = `${new Date().toISOString().slice(0, 19).replace("T", " ")}Z`;
  return {
    status,
    json: {
      error,
      error_description: `${message} Trace ID: ${trace_id} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [number],
      timestamp,
      trace_id,
      correlation_id: correlationId,
      ...more,
    },
  };
}

export const missingParameter = (name: string) =>
  new EntraRefusal("invalid_request", 900144, `The request body must contain the following parameter: '${name}'.`);

export const unknownClient = (clientId: string) =>
  new EntraRefusal(
    "unauthorized_client",
    700016,
    `Application with identifier '${clientId}' was not found in the directory.`,
  );

export const unknownTenant = (tenant: string) =>
  new EntraRefusal(
    "invalid_request",
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID.`,
  );

export const invalidScope = (scope: string) =>
  new EntraRefusal(
    "invalid_scope",
    70011,
    `The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
  );
