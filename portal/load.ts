import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { List } from "./api.ts";
import { usePortal } from "./portal.ts";
import { type Problem, problemOf } from "./problem.ts";

/** What a screen waits for. While it is loaded again, the last value stays. */
export type Loaded<T> = { value: T | undefined; problem: Problem | undefined; isLoading: boolean };

/** Loads what `load` asks for, again whenever `key` changes; an older answer never takes the place of a newer one. */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>) {
  const [loaded, setLoaded] = useState<Loaded<T>>({ value: undefined, problem: undefined, isLoading: true });
  const [round, setRound] = useState({ count: 0, isQuiet: false });
  const work = useRef(load);
  work.current = load;

  useEffect(() => {
    const controller = new AbortController();
    setLoaded(({ value, problem }) => ({ value, problem: round.isQuiet ? problem : undefined, isLoading: true }));
    const settle = (change: (before: Loaded<T>) => Loaded<T>) => controller.signal.aborted || setLoaded(change);
    work.current(controller.signal).then(
      (value) => settle(() => ({ value, problem: undefined, isLoading: false })),
      (error: unknown) => settle(({ value }) => ({ value, problem: problemOf(error), isLoading: false })),
    );
    return () => controller.abort();
  }, [key, round]);

  const again = (isQuiet: boolean) => setRound(({ count }) => ({ count: count + 1, isQuiet }));
  const refresh = useCallback(() => again(true), []);
  // Whoever was offline gets what is new as soon as the connection is back.
  useEffect(() => {
    addEventListener("online", refresh);
    return () => removeEventListener("online", refresh);
  }, []);

  return {
    ...loaded,
    reload: useCallback(() => again(false), []),
    /** Loads again without a word: a problem stands until it is known that it is over, so that it is not read out anew each time. */
    refresh,
    set: useCallback((value: T) => setLoaded({ value, problem: undefined, isLoading: false }), []),
  };
}

/** A list of the API, a page after another. `more` is undefined on the last page. */
export function useList<T>(path: string) {
  const { api } = usePortal();
  const first = useLoad(path, (signal) => api.call<List<T>>(path, { signal }));
  const [added, setAdded] = useState<{ to: List<T>; value: T[]; nextPage: string | undefined }>();
  const [problem, setProblem] = useState<Problem>();
  const [isLoadingMore, setLoadingMore] = useState(false);

  const page = first.value;
  // What was added belongs to one answer of the first page; a new answer starts anew.
  const rest = added && added.to === page ? added : undefined;
  const nextPage = rest ? rest.nextPage : page?.nextPage;

  async function loadMore() {
    if (!page || !nextPage || isLoadingMore) return;
    setLoadingMore(true);
    setProblem(undefined);
    try {
      const separator = path.includes("?") ? "&" : "?";
      const next = await api.call<List<T>>(`${path}${separator}page=${encodeURIComponent(nextPage)}`);
      setAdded({ to: page, value: [...(rest?.value ?? []), ...next.value], nextPage: next.nextPage });
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setLoadingMore(false);
    }
  }

  return {
    items: page && [...page.value, ...(rest?.value ?? [])],
    problem: first.problem ?? problem,
    isLoading: first.isLoading,
    isLoadingMore,
    hasMore: nextPage !== undefined,
    reload: first.reload,
    more: nextPage ? loadMore : undefined,
  };
}

/** Runs one action at a time and keeps its problem until the next. */
export function useAction<Given extends unknown[]>(action: (...given: Given) => Promise<void>) {
  const [state, setState] = useState<{ isRunning: boolean; problem: Problem | undefined }>({
    isRunning: false,
    problem: undefined,
  });
  const running = useRef(false);

  async function run(...given: Given) {
    if (running.current) return;
    running.current = true;
    setState({ isRunning: true, problem: undefined });
    try {
      await action(...given);
      setState({ isRunning: false, problem: undefined });
    } catch (error) {
      setState({ isRunning: false, problem: problemOf(error) });
    } finally {
      running.current = false;
    }
  }
  return { ...state, run, forget: () => setState({ isRunning: false, problem: undefined }) };
}
