import * as z from "zod";
import { AppError, type ErrorCode } from "../../errors.ts";
import type { OutboundAnswer, OutboundError } from "../outbound.ts";

type About = {
  cause?: unknown;
  isAmbiguous: boolean;
  isTokenRefused?: boolean;
  retryAfterSeconds?: number;
  isAboutUser?: boolean;
  isAboutLicence?: boolean;
  status?: number;
};

/** What went wrong with a call: `isAmbiguous` when TeamViewer may have done it all the same. */
export class TeamViewerError extends AppError {
  readonly isAmbiguous: boolean;
  readonly isTokenRefused: boolean;
  /** A refusal of a value that speaks of a user: of the one it was to be assigned to, say. */
  readonly isAboutUser: boolean;
  /** A refusal that speaks of the licence. */
  readonly isAboutLicence: boolean;
  /** The HTTP status of its answer; 0 when there was none. */
  readonly status: number;

  constructor(code: ErrorCode, text: string, about: About) {
    super(code, text, about);
    this.status = about.status ?? 0;
    this.isAmbiguous = about.isAmbiguous;
    this.isTokenRefused = about.isTokenRefused ?? false;
    this.isAboutUser = about.isAboutUser ?? false;
    this.isAboutLicence = about.isAboutLicence ?? false;
  }
}

const PAUSE_SECONDS = 60;

/** What a call that got no whole answer means. */
export function transportError(cause: OutboundError): TeamViewerError {
  const text = "TeamViewer cannot be reached. Try again in half a minute.";
  if (cause.kind === "not-sent")
    return new TeamViewerError("upstream-unavailable", text, { cause, isAmbiguous: false, retryAfterSeconds: 30 });
  if (cause.kind === "timeout")
    return new TeamViewerError("upstream-timeout", "TeamViewer did not answer in time. Try again.", {
      cause,
      isAmbiguous: true,
    });
  return new TeamViewerError(
    "upstream-invalid",
    "TeamViewer broke off or gave an answer that cannot be used. Try again.",
    { cause, isAmbiguous: true },
  );
}

const errorSchema = z
  .object({ error: z.string().catch(""), error_description: z.string().catch("") })
  .catch({ error: "", error_description: "" });

/**
 * TeamViewer's refusals (API documentation 5): it throttles with 403 `rate_limit_reached`, without Retry-After; an ended token
 * comes as 401 or as 400 `token_expired`; the licence case as 400 with plain text.
 */
export function refusalOf({ status, text, headers }: OutboundAnswer): TeamViewerError {
  const { error, error_description } = errorSchema.parse(jsonOf(text));
  if (status === 401 || (status === 400 && ["token_expired", "invalid_token"].includes(error))) {
    return new TeamViewerError(
      "upstream-unavailable",
      "TeamViewer does not accept the connection's token. Try again in a minute.",
      {
        isAmbiguous: false,
        isTokenRefused: true,
        retryAfterSeconds: PAUSE_SECONDS,
      },
    );
  }
  if (status === 400 && /licen[cs]e limitation|concurrent sessions/i.test(text)) {
    return new TeamViewerError(
      "licence-limit",
      "The TeamViewer licence allows no more sessions at once. Close one and try again.",
      { isAmbiguous: false },
    );
  }
  const isThrottled =
    status === 429 || status === 503 || (status === 403 && ["rate_limit_reached", "blocked"].includes(error));
  if (isThrottled) {
    const retryAfterSeconds = secondsOf(headers.get("retry-after")) ?? PAUSE_SECONDS;
    return new TeamViewerError("upstream-unavailable", "TeamViewer takes no more calls for now. Try again later.", {
      isAmbiguous: false,
      retryAfterSeconds,
    });
  }
  if (status >= 500) {
    const code = status === 504 ? "upstream-timeout" : "upstream-invalid";
    return new TeamViewerError(code, "TeamViewer has an error of its own. Try again in half a minute.", {
      isAmbiguous: true,
      retryAfterSeconds: 30,
      status,
    });
  }
  const hint = status === 403 ? " Check the permissions of the TeamViewer app and of the connected account." : "";
  return new TeamViewerError("upstream-invalid", `TeamViewer refused the call (${status}).${hint}`, {
    isAmbiguous: false,
    isAboutUser: status === 400 && /user|assign/i.test(error_description),
    isAboutLicence: /licen[cs]e/i.test(text),
    status,
  });
}

/** The JSON value of `text`; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: some of TeamViewer's refusals are plain text.
    return undefined;
  }
}

/** `Retry-After` in seconds (RFC 9110 section 10.2.3), at most an hour; undefined when it cannot be read. */
function secondsOf(value: string | null): number | undefined {
  return value && /^\d{1,9}$/.test(value) ? Math.min(3600, Math.max(1, Number(value))) : undefined;
}
