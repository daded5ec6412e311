/** Callers with the same key share one run of the work. */
export function makeOnce<T>() {
  const running = new Map<string, Promise<T>>();
  return async (key: string, work: () => Promise<T>): Promise<T> => {
    const started = running.get(key) ?? work().finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };
}
