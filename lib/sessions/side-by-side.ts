const AT_ONCE = 8;

/** Does `work` for each item, a few at a time. One that fails stops no other: answers what was thrown. */
export async function sideBySide<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
  atOnce = AT_ONCE,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  const left = items.values();
  const lane = async () => {
    for (const item of left) await work(item).catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  return failures;
}
