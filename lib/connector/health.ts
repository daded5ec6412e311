import * as z from "zod";
import { isAppError } from "../errors.ts";

const dependencySchema = z.strictObject({ status: z.enum(["ok", "failing"]), detail: z.string().optional() });

export const healthSchema = z
  .strictObject({
    status: z.enum(["ok", "degraded"]),
    dependencies: z.record(z.string(), dependencySchema).optional(),
  })
  .meta({ id: "Health" });
export type Health = z.infer<typeof healthSchema>;

/**
 * A look at one dependency: fine when it ends (a text that it answers is worth knowing), failing when it throws; the text of an
 * AppError says what to do.
 */
export type Check = () => Promise<unknown>;

type Deps = { checks: Record<string, Check>; now: () => Date };

const KEPT_MS = 15_000;

/** Looks at every dependency side by side, at most every quarter of a minute however many ask. */
export function makeHealth({ checks, now }: Deps) {
  let known: { health: Required<Health>; untilMs: number } | undefined;
  let running: Promise<Required<Health>> | undefined;

  async function look(): Promise<Required<Health>> {
    const entries = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          const remark = await check();
          return [name, { status: "ok" as const, ...(typeof remark === "string" ? { detail: remark } : {}) }] as const;
        } catch (error) {
          const detail = isAppError(error) ? error.message : "It cannot be reached.";
          return [name, { status: "failing" as const, detail }] as const;
        }
      }),
    );
    const isDegraded = entries.some(([, { status }]) => status === "failing");
    const health: Required<Health> = {
      status: isDegraded ? "degraded" : "ok",
      dependencies: Object.fromEntries(entries),
    };
    known = { health, untilMs: now().getTime() + KEPT_MS };
    return health;
  }

  return async (): Promise<Required<Health>> => {
    if (known && known.untilMs > now().getTime()) return known.health;
    running ??= look().finally(() => {
      running = undefined;
    });
    return running;
  };
}
