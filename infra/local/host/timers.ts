import { join } from "node:path";
import { type Kept, kept } from "../kept.ts";
import { triggerOf } from "./bindings.ts";
import type { RegisteredFunction } from "./core.ts";
import type { BindingInfo } from "./core-api.ts";
import type { Invoke } from "./invoke.ts";
import { parseSchedule, type Schedule } from "./schedule.ts";
import { startTimerListener, type TimerStatus, timerInfo } from "./timer-listener.ts";

type Options = {
  dataDirectory: string | undefined;
  timezone: string;
  resolve: (text: string) => string;
  invoke: Invoke;
};

type Statuses = Kept<Record<string, TimerStatus>>;
type Planned = { registered: RegisteredFunction; trigger: BindingInfo; schedule: Schedule };

/** The timer-triggered functions: schedules are read at once, so that a bad one stops the start; `start` lets them run. */
export function timerFunctions(functions: RegisteredFunction[], { dataDirectory, timezone, resolve, invoke }: Options) {
  const planned = functions.flatMap((registered): Planned[] => {
    const trigger = triggerOf(registered, "timertrigger");
    if (!trigger) return [];
    const schedule = readSchedule(registered.metadata.name, () =>
      parseSchedule(resolve(String(trigger.schedule)), timezone),
    );
    return [{ registered, trigger, schedule }];
  });
  let listeners: ReturnType<typeof startTimerListener>[] = [];

  return {
    start: () => {
      const statuses = kept<Record<string, TimerStatus>>(
        dataDirectory && join(dataDirectory, "timers.json"),
        () => ({}),
      );
      listeners = planned.map(({ registered, trigger, schedule }) => {
        const isMonitored = trigger.useMonitor !== false && schedule.isMonitorable(new Date());
        return startTimerListener({
          schedule,
          runOnStartup: trigger.runOnStartup === true,
          store: isMonitored ? storeOf(statuses, registered.metadata.name) : undefined,
          run: (timer) => invoke(registered, { trigger: timer }),
        });
      });
    },
    stop: async () => {
      await Promise.all(listeners.map((listener) => listener.stop()));
    },
    /** Calls the function now, besides its schedule. */
    runByHand: (registered: RegisteredFunction) => invoke(registered, { trigger: timerInfo(undefined, false) }),
  };
}

function readSchedule(functionName: string, read: () => Schedule): Schedule {
  try {
    return read();
  } catch (cause) {
    throw new Error(`The schedule of function "${functionName}" cannot be used.`, { cause });
  }
}

function storeOf(statuses: Statuses, name: string) {
  return {
    read: () => statuses.value[name],
    write: (status: TimerStatus) => {
      statuses.value[name] = status;
      statuses.save();
    },
  };
}
