import type { StandInAnswer } from "../stand-in.ts";

/**
 * How Graph words an error: plainly, or as its Intune back end does, which puts JSON into `message`,
 * sometimes twice (github.com/AzureAD/microsoft-authentication-library-for-js/issues/7007).
 */
export type Wording = "plain" | "nested" | "doubly-nested";

/** Thrown by whatever refuses a request; the route turns it into Graph's answer. */
export class Refusal extends Error {
  status: number;
  code: string;
  wording: Wording;
  headers: Record<string, string>;

  constructor(
    status: number,
    code: string,
    message: string,
    { wording = "plain", headers = {} }: { wording?: Wording; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.wording = wording;
    this.headers = headers;
  }
}

/** What identifies a call in Graph's support logs. */
export type CallIds = { requestId: string; clientRequestId: string; path: string };

/** The refusal as Graph answers it (https://learn.microsoft.com/graph/errors). */
export function refusalAnswer(refusal: Refusal, ids: CallIds): StandInAnswer {
  const { status, headers } = refusal;
  const innerError = {
    date: new Date().toISOString().slice(0, 19),
    "request-id": ids.requestId,
    "client-request-id": ids.clientRequestId,
  };
  return { status, headers, json: { error: { ...codeAndMessage(refusal, ids), innerError } } };
}

function codeAndMessage({ code, message, wording }: Refusal, ids: CallIds): { code: string; message: string } {
  if (wording === "plain") return { code, message };
  const nested = intuneMessage(message, ids);
  if (wording === "nested") return { code, message: nested };
  const outer = { ErrorCode: code, Message: nested, Target: null, Details: null, InnerError: null };
  return { code: "UnknownError", message: JSON.stringify({ ...outer, InstanceAnnotations: [] }) };
}

function intuneMessage(message: string, { requestId, path }: CallIds): string {
  const service = "https://proxy.msua01.manage.microsoft.com/DeviceFE/StatelessDeviceFEService";
  const operation = "Operation ID (for customer support): 00000000-0000-0000-0000-000000000000";
  const inner = {
    _version: 3,
    Message: `${message} - ${operation} - Activity ID: ${requestId} - Url: ${service}${path}?api-version=5025-09-01`,
    CustomApiErrorPhrase: "",
    RetryAfter: null,
    ErrorSourceService: "",
    HttpHeaders: "{}",
  };
  return JSON.stringify(inner, null, 2).replaceAll("\n", "\r\n");
}
