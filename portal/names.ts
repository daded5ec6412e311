import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { type Api, type List, pathWith } from "./api.ts";
import type { NameBook } from "./portal.ts";

type Named = { id: string; name: string };

const MOST_AT_ONCE = 50;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Names of people and devices, looked up when their ids are shown. An id without a name stays an id. */
export function useNames(api: Api): NameBook {
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());
  const asked = useRef(new Set<string>());

  const want = useCallback(
    (ids: readonly (string | undefined)[]) => {
      const isNew = (id: string | undefined): id is string =>
        id !== undefined && GUID.test(id) && !asked.current.has(id);
      const fresh = [...new Set(ids.filter(isNew))];
      for (const id of fresh) asked.current.add(id);
      for (let from = 0; from < fresh.length; from += MOST_AT_ONCE) {
        const part = fresh.slice(from, from + MOST_AT_ONCE);
        api.call<List<Named>>(pathWith("/api/names", { ids: part.join(",") })).then(
          ({ value }) =>
            setKnown((before) => new Map([...before, ...value.map(({ id, name }) => [id, name] as const)])),
          // Without names the ids are shown; they are asked for again when they are shown next.
          () => part.map((id) => asked.current.delete(id)),
        );
      }
    },
    [api],
  );
  return useMemo(() => ({ of: (id) => (id ? known.get(id) : undefined), want }), [known, want]);
}
