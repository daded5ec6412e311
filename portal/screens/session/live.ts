import { useCallback, useEffect, useState } from "preact/hooks";
import type { SessionView } from "../../../lib/sessions/session.ts";
import { pollDelayMs } from "../../back-off.ts";
import { useLoad } from "../../load.ts";
import { usePortal } from "../../portal.ts";

/** No more will happen to it. */
export const isOver = ({ state }: SessionView) =>
  state === "declined" || state === "closed" || state === "expired" || state === "failed";

/** Its user can still be asked. */
export const isWaiting = ({ state }: SessionView) => state === "open" || state === "accepted";

/**
 * A session that keeps itself up to date: looked at often while something happens, ever more seldom while nothing does, not
 * at all while nobody looks at the page or once it is over.
 */
export function useSession(id: string) {
  const { api } = usePortal();
  const path = `/api/sessions/${encodeURIComponent(id)}`;
  const {
    value: session,
    problem,
    isLoading,
    reload,
    set,
  } = useLoad(path, (signal) => api.call<SessionView>(path, { signal }));
  const [quietRounds, setQuietRounds] = useState(0);
  const [round, setRound] = useState(0);
  const news = session ? `${session.state} ${session.notification.state}` : "";
  useEffect(() => setQuietRounds(0), [news]);

  useEffect(() => {
    if (!session || isOver(session)) return;
    const look = () => {
      setQuietRounds((count) => count + 1);
      setRound((count) => count + 1);
      reload();
    };
    const timer = setTimeout(() => document.visibilityState === "visible" && look(), pollDelayMs(quietRounds));
    const onVisible = () => document.visibilityState === "visible" && look();
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [session === undefined || isOver(session), round, news]);

  const show = useCallback((shown: SessionView) => set(shown), [set]);
  return { session, problem, isLoading, reload, show };
}
