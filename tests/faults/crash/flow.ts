import type { Broken } from "./invariants.ts";
import type { Act } from "./mortal.ts";
import type { Trace } from "./trace.ts";

/** A process died at a point: what could be seen then, and after everybody else went on. */
export type Crash = { dead: Trace; after: Trace };

/** What a process is to do, and what the world does after it died. */
export type Scene = {
  act: Act;
  /** What a person or the host does again. */
  retry?: () => Promise<void>;
  /** Nobody waits for minutes before trying this again. */
  isUrgent?: boolean;
  /** Looks at what became of it, by asking the product, too. Called when timers and people are done. */
  broken: (crash: Crash) => Promise<Broken[]>;
};

/** One flow of the product and how many outbound calls a new process makes in it. `prepare` starts from an empty product. */
export type Flow = { name: string; calls: number; prepare: () => Promise<Scene> };
