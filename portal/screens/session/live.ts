import { useCallback, useEffect, useState } from "preact/hooks";
import type { SessionView } from "../../../lib/sessions/session.ts";
import { pollDelayMs } from "../../back-off.ts";
import { useLoad } from "../../load.ts";
import { usePortal } from "../../portal.ts";

/** No more will happen to it. */
export const isOver = ({ state }: SessionView) =>
  state === "declined" || state === "closed" || state === "expired" || state === "failed";

/** Looking again mends none of these. */
const LASTING = ["signed-out", "forbidden", "session-not-found"];

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
    refresh,
    set,
  } = useLoad(path, (signal) => api.call<SessionView>(path, { signal }));
  const [quietRounds, setQuietRounds] = useState(0);
  const [round, setRound] = useState(0);
  const isFollowed = session !== undefined && !isOver(session) && !LASTING.includes(problem?.code ?? "");
  const news = session ? `${session.state} ${session.notification.state}` : "";
  useEffect(() => setQuietRounds(0), [news]);

  useEffect(() => {
    if (!isFollowed) return;
    const look = () => {
      setQuietRounds((count) => count + 1);
      setRound((count) => count + 1);
      refresh();
    };
    const timer = setTimeout(() => document.visibilityState === "visible" && look(), pollDelayMs(quietRounds));
    const onVisible = () => document.visibilityState === "visible" && look();
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [isFollowed, round, news]);

  const show = useCallback((shown: SessionView) => set(shown), [set]);
  return { session, problem, isLoading, reload, show };
}
