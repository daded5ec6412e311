/**
 * What `work` brings, or an error with this text when `signal` ends first. Nothing is left at the signal when the work is done:
 * one that ends by time lives until then, with whatever its listeners hold, and an error holds what its call was about.
 */
export async function until<T>(signal: AbortSignal, work: Promise<T>, text: string): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = () => reject(new Error(text));
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    return await Promise.race([work, ended]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}
