import { AppError } from "../errors.ts";

const RETRY_AFTER_SECONDS = 10;

/**
 * Lets at most `running` calls of `work` run at once in this process; up to `waiting` more take their turn in the order they
 * came, and the others are refused with `too-many-requests` before anything is done. Whoever begins is served within the
 * deadlines of their calls, and nobody waits for long only to be refused.
 */
export function atMostAtOnce<Asked extends unknown[], T>(
  most: { running: number; waiting: number },
  work: (...asked: Asked) => Promise<T>,
): (...asked: Asked) => Promise<T> {
  const line: (() => void)[] = [];
  let running = 0;

  async function begin(): Promise<void> {
    if (running < most.running) {
      running += 1;
      return;
    }
    if (line.length >= most.waiting) {
      const text = `Too many sessions are being started at once. Nothing was done; send the same request again in ${RETRY_AFTER_SECONDS} s.`;
      throw new AppError("too-many-requests", text, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    // Who ends hands the place over, so nobody who comes meanwhile can take it.
    await new Promise<void>((turn) => line.push(turn));
  }

  function end(): void {
    const next = line.shift();
    if (next) next();
    else running -= 1;
  }

  return async (...asked) => {
    await begin();
    try {
      return await work(...asked);
    } finally {
      end();
    }
  };
}
