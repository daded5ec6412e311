/** Every way this product refuses or fails, as callers see it (`code` and `type` of RFC 9457 problems). */
export type ErrorCode =
  | "unauthenticated"
  | "forbidden"
  | "invalid-request"
  | "unsupported-media-type"
  | "payload-too-large"
  | "device-not-found"
  | "device-ambiguous"
  | "session-not-found"
  | "consent-not-found"
  | "consent-not-completed"
  | "consent-expired"
  | "device-not-eligible"
  | "device-not-compliant"
  | "reason-required"
  | "ticket-required"
  | "ticket-invalid"
  | "quiet-hours"
  | "connector-not-connected"
  | "connector-needs-consent"
  | "connector-changed"
  | "webhook-not-found"
  | "webhook-not-active"
  | "webhook-changed"
  | "too-many-webhooks"
  | "delivery-not-found"
  | "source-not-found"
  | "source-name-taken"
  | "source-changed"
  | "too-many-sources"
  | "session-ended"
  | "request-in-progress"
  | "idempotency-key-reused"
  | "too-many-notifications"
  | "too-many-requests"
  | "licence-limit"
  | "upstream-unavailable"
  | "upstream-invalid"
  | "upstream-timeout"
  | "internal-error";

/** What an error may carry besides its text: nothing here may hold a token, link, code or name. */
export type ErrorOptions = {
  cause?: unknown;
  retryAfterSeconds?: number;
  reasons?: readonly { code: string; text: string }[];
  /** What a new token has to satisfy, as Entra worded it (OpenID Connect Core section 5.5); only with `unauthenticated`. */
  claimsChallenge?: string;
};

/** The one error of this product. `message` is shown to the caller: it says what to do, and holds no secret. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;
  readonly reasons: readonly { code: string; text: string }[] | undefined;
  readonly claimsChallenge: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    { cause, retryAfterSeconds, reasons, claimsChallenge }: ErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "AppError";
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
    this.reasons = reasons;
    this.claimsChallenge = claimsChallenge;
  }
}

/** True for an AppError with one of `codes` (with any code when none is given). */
export function isAppError(error: unknown, ...codes: ErrorCode[]): error is AppError {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code));
}

/** The answers that several places give in the same words. */
export const sessionNotFound = () =>
  new AppError("session-not-found", "No session has this id. Look for it with GET /api/sessions.");

export const deviceNotFound = () =>
  new AppError("device-not-found", "Intune has no device with this id. Look for it with GET /api/devices?search=.");

export const webhookNotFound = () =>
  new AppError("webhook-not-found", "No webhook has this id. Look for it with GET /api/webhooks.");

export const sourceNotFound = () =>
  new AppError("source-not-found", "No inbound source has this id. Look for it with GET /api/inbound-sources.");

export const deliveryNotFound = () =>
  new AppError(
    "delivery-not-found",
    "The webhook has no delivery with this id. Look for it with GET /api/webhooks/{id}/deliveries.",
  );

export const pageNotOurs = () =>
  new AppError(
    "invalid-request",
    "The page is not one that a list gave. Take nextPage from the last answer, or leave it out.",
  );
