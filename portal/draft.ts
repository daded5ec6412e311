import { useEffect, useRef, useState } from "preact/hooks";

/**
 * What somebody is typing, until `take` takes it: after `waitMs` of silence, or at `flush`. Whatever the screen shows meanwhile,
 * it stays; only a value that comes from elsewhere (an address, a button) takes its place.
 */
export function useDraft(value: string, take: (draft: string) => void, waitMs?: number) {
  const [draft, setDraft] = useState(value);
  const latest = useRef(take);
  latest.current = take;
  const taken = useRef(value);

  useEffect(() => {
    if (value === taken.current) return;
    taken.current = value;
    setDraft(value);
  }, [value]);

  function flush() {
    if (draft === taken.current) return;
    taken.current = draft;
    latest.current(draft);
  }
  useEffect(() => {
    if (waitMs === undefined) return;
    const timer = setTimeout(flush, waitMs);
    return () => clearTimeout(timer);
  }, [draft, waitMs]);

  return { draft, setDraft, flush };
}
