import type { useList } from "../load.ts";
import { useTexts } from "../portal.ts";

/** The button under a list that has more. */
export function More({
  list: { more, isLoadingMore },
}: {
  list: Pick<ReturnType<typeof useList>, "more" | "isLoadingMore">;
}) {
  const { t } = useTexts();
  if (!more) return null;
  return (
    <button type="button" class="button" disabled={isLoadingMore} onClick={more}>
      {t(isLoadingMore ? "is.loading" : "do.more")}
    </button>
  );
}
