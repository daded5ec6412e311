/** Why a call did not do what it was asked: the API's problem (RFC 9457), or that no answer came that could be read. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  readonly reasons: readonly { code: string; text: string }[];

  constructor(
    code: string,
    detail: string,
    {
      status = 0,
      retryAfterSeconds,
      reasons = [],
    }: Partial<Pick<Problem, "status" | "retryAfterSeconds" | "reasons">> = {},
  ) {
    super(detail);
    this.name = "Problem";
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.reasons = reasons;
  }
}

/** What was thrown, as a Problem: a bug becomes `unexpected`. */
export function problemOf(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem("unexpected", "");
}

/** The problem that an answer of the API tells. */
export async function problemOfAnswer(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as {
    code?: unknown;
    detail?: unknown;
    reasons?: Problem["reasons"];
  };
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new Problem(
    typeof body.code === "string" ? body.code : "upstream-unavailable",
    typeof body.detail === "string" ? body.detail : "",
    {
      status: response.status,
      retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
      reasons: Array.isArray(body.reasons) ? body.reasons : [],
    },
  );
}
