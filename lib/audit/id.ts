/** An audit id is `<reverse microseconds, 19 digits>-<16 hex>`: later entries sort first, and its time follows from it. */
export const LAST_US = 8_640_000_000_000_000_000n;

export const auditIdPattern = /^\d{19}-[0-9a-f]{16}$/;

/** The millisecond that the id was made for. */
export const timeOfId = (id: string): Date => new Date(Number((LAST_US - BigInt(id.slice(0, 19))) / 1000n));

/** The first moment of the oldest month that is kept: what is before it may have been dropped. */
export const keptFrom = (at: Date, retentionMonths: number): Date =>
  new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - retentionMonths, 1));
