const LAST = 8_640_000_000_000_000;

/** Milliseconds counted down, 16 digits: rows sort newest first by it. */
export const reverseMs = (at: Date) => String(LAST - at.getTime()).padStart(16, "0");

/** `2026-11-22T…` -> `202611`, the month that tables and partitions are named after. */
export const monthOf = (at: Date) => at.toISOString().slice(0, 7).replace("-", "");

/** `2026-11-22T…` -> `20261122`. */
export const dayOf = (at: Date) => at.toISOString().slice(0, 10).replaceAll("-", "");

/** Microseconds counted down, 19 digits, as ids of audit entries begin. */
export const reverseUs = (at: Date) => String((BigInt(LAST) - BigInt(at.getTime())) * 1000n).padStart(19, "0");
