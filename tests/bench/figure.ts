/** One measured thing beside its goal and the baseline of the same run. Numbers are in the unit that `unit` says. */
export type Figure = {
  what: string;
  unit: "ms" | "bytes" | "events" | "calls" | "delays" | "times" | "requests/s" | "%" | "USD";
  measured: number;
  goal: number;
  /** The goal is the least that is wanted, not the most. */
  isLeast?: boolean;
  /** What the same is without this product's part, measured in the same run. */
  baseline?: { what: string; measured: number };
};

export const isMissed = ({ measured, goal, isLeast = false }: Figure) =>
  !(isLeast ? measured >= goal : measured <= goal);

/** Figures as a table for people. `*` stands where a goal was missed, and for a figure without a goal there is none. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, unit, measured, goal, isLeast = false, baseline } = figure;
    return [
      isMissed(figure) ? "*" : " ",
      what,
      `${round(measured)} ${unit}`,
      Number.isFinite(goal) ? `${isLeast ? ">=" : "<="} ${goal} ${unit}` : "",
      baseline ? `${(measured / baseline.measured).toFixed(2)} x ${baseline.what} (${round(baseline.measured)})` : "",
    ];
  });
  const head = ["", "what", "measured", "goal", "against the baseline"];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows]
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .join("\n");
}

const round = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0));

/** The value that `part` (0 to 1) of `values` do not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}
