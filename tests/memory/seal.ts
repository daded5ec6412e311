import type { Seal } from "../../lib/connector/ports.ts";
import type { World } from "./world.ts";

/** Seals by remembering: no cryptography, which runs beside everything else, so a run can be repeated to the letter. */
export function makeMemorySeal({ now, newText }: Pick<World, "now" | "newText">): Seal {
  const sealed = new Map<string, { purpose: string; value: Record<string, string>; untilMs: number }>();
  return {
    async close(purpose, value, lifeMs) {
      const name = `sealed-${newText()}`;
      sealed.set(name, { purpose, value, untilMs: now().getTime() + lifeMs });
      return name;
    },
    async open(purpose, name) {
      const found = sealed.get(name);
      return found?.purpose === purpose && found.untilMs > now().getTime() ? found.value : undefined;
    },
  };
}
