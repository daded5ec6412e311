import { useLayoutEffect, useRef } from "preact/hooks";
import type { useList } from "../load.ts";
import { useTexts } from "../portal.ts";

/** The button under a list that has more. */
export function More({
  list: { more, isLoadingMore },
}: {
  list: Pick<ReturnType<typeof useList>, "more" | "isLoadingMore">;
}) {
  const { t } = useTexts();
  const end = useRef<HTMLParagraphElement>(null);
  const wasMore = useRef(false);
  if (more) wasMore.current = true;
  // Whoever pressed the button stays where they are in the list.
  useLayoutEffect(() => {
    if (!more && document.activeElement === document.body) end.current?.focus({ preventScroll: true });
  }, [more === undefined]);
  if (!more)
    return wasMore.current ? (
      <p ref={end} class="quiet" tabIndex={-1}>
        {t("is.all")}
      </p>
    ) : null;
  return (
    <button type="button" class="button" aria-disabled={isLoadingMore} onClick={more}>
      {t(isLoadingMore ? "is.loading" : "do.more")}
    </button>
  );
}
