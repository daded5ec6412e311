import { AppError } from "../../errors.ts";
import { statusOf } from "./status-of.ts";

const REASONS: Record<string, string> = {
  ForbiddenByFirewall: "Key Vault does not let this app in: its firewall has to let the app's network through.",
  ForbiddenByConnection: "Key Vault takes calls by its private endpoint alone: connect the app to that network.",
  SecretDisabled: "A secret that this app needs is disabled in Key Vault. Enable it.",
  AuthorizationFailure:
    "The storage account does not let this app in: its firewall has to let the app's network through.",
};

type Told = {
  /** What to do where the right to it is missing. */
  forbidden: string;
  /** What is so when there is no answer. */
  silent: string;
  forbiddenRetrySeconds?: number;
};

/** A failed call to Key Vault or storage as its caller is told of it: `upstream-unavailable`, and what to do. */
export function unavailable(cause: unknown, { forbidden, silent, forbiddenRetrySeconds = 120 }: Told): AppError {
  if (cause instanceof AppError) return cause;
  if (statusOf(cause) !== 403)
    return new AppError("upstream-unavailable", `${silent} Try again in half a minute.`, {
      cause,
      retryAfterSeconds: 30,
    });
  const text = refusalText(cause) ?? `${forbidden}; a new role takes some minutes to work.`;
  return new AppError("upstream-unavailable", text, { cause, retryAfterSeconds: forbiddenRetrySeconds });
}

/** What to do about a 403 whose code tells that something else than a role is missing. */
function refusalText(error: unknown): string | undefined {
  const { code, details } = error as { code?: unknown; details?: unknown };
  const said = JSON.stringify([code, details]);
  const reason = Object.keys(REASONS).find((each) => new RegExp(`\\b${each}\\b`).test(said));
  return reason && REASONS[reason];
}
