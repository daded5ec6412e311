import { randomInt } from "node:crypto";
import type { StandInAnswer, StandInRequest } from "../stand-in.ts";

/** Thrown by a route that will not do what it was asked; `answering` turns it into its answer. */
export class Refusal extends Error {
  readonly answer: StandInAnswer;
  constructor(answer: StandInAnswer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

/**
 * TeamViewer API documentation 5.2: category, text, number and a signature its support can look up.
 * Of the numbers only `token_expired` = 1 is published; the others are this server's own.
 */
const ERROR_CODES = {
  token_expired: 1,
  invalid_token: 2,
  invalid_request: 3,
  rate_limit_reached: 4,
  invalid_client: 5,
  invalid_grant: 6,
  unsupported_grant_type: 7,
  forbidden: 8,
};
type ErrorCategory = keyof typeof ERROR_CODES;

export function refuse(
  status: number,
  error: ErrorCategory,
  description: string,
  headers: Record<string, string> = {},
): Refusal {
  const json = {
    error,
    error_description: description,
    error_code: ERROR_CODES[error],
    error_signature: String(randomInt(100_000_000, 1_000_000_000)),
  };
  return new Refusal({ status, headers, json });
}

export const badRequest = (description: string) => refuse(400, "invalid_request", description);

/** Not in the documentation's list of statuses, but what its newer calls answer. */
export const notFound = (description: string) => refuse(404, "invalid_request", description);

export function answering(answer: (request: StandInRequest) => StandInAnswer) {
  return (request: StandInRequest): StandInAnswer => {
    try {
      return answer(request);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  };
}
