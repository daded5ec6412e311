/**
 * What `make` makes, made when it is first needed and shared from then on; anew after a failure. SDKs are loaded so
 * (docs/decisions/0030).
 */
export function whenNeeded<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
