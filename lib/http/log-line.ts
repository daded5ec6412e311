import type { OutcomeLine } from "../audit/outcome-line.ts";

/** What was asked of one service during an invocation: `ms` together, until each began to answer. */
type Calls = { service: string; count: number; failed: number; ms: number };

/**
 * Everything that is ever logged, by its event: codes, ids, counts and times, never a name, link, token or text from outside.
 * docs/monitoring.md tells what each means; alerts and workbook read these fields.
 */
export type LogLine =
  | { event: "refused" | "failed"; code: string; cause?: string }
  | { event: "malformed-message" }
  | {
      event: "invocation";
      function: string;
      outcome: "success" | "refused" | "failed";
      code?: string;
      durationMs: number;
      calls: readonly Calls[];
    }
  | { event: "dependency"; service: string; outcome: string; status?: number; durationMs: number; attempt: number }
  | OutcomeLine
  | { event: "connection"; status: string; refreshAgeMinutes?: number; lifeMinutes?: number }
  | { event: "seals"; sealAgeMinutes: number }
  | { event: "poison"; queue: string; sessionId?: string; webhookId?: string };
