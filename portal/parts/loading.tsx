import { useTexts } from "../portal.ts";

/** Something is on its way. Shown after a moment only, so that what is fast does not flicker. */
export function Loading() {
  const { t } = useTexts();
  return (
    <div class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      {t("is.loading")}
    </div>
  );
}
