import { AppError } from "../errors.ts";

const RETRY_AFTER_SECONDS = 2;

/**
 * Lets at most `limit` calls of `work` run at once in this process and refuses the others with `too-many-requests` before
 * anything is done: what cannot be served in time is not begun, so whoever was let in is served within their deadlines.
 */
export function atMostAtOnce<Asked extends unknown[], T>(
  limit: number,
  work: (...asked: Asked) => Promise<T>,
): (...asked: Asked) => Promise<T> {
  let running = 0;
  return async (...asked) => {
    if (running >= limit) {
      const text = `Too many sessions are being started at once. Nothing was done; send the same request again in ${RETRY_AFTER_SECONDS} s.`;
      throw new AppError("too-many-requests", text, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    running += 1;
    try {
      return await work(...asked);
    } finally {
      running -= 1;
    }
  };
}
