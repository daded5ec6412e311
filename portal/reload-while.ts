import { useEffect, useState } from "preact/hooks";
import { pollDelayMs } from "./back-off.ts";

/** Looks again now and then, ever more seldom, while something is still on its way. */
export function useReloadWhile(isOnItsWay: boolean, reload: () => void) {
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!isOnItsWay) return;
    const timer = setTimeout(() => {
      reload();
      setRound((count) => count + 1);
    }, pollDelayMs(round));
    return () => clearTimeout(timer);
  }, [isOnItsWay, reload, round]);
}
