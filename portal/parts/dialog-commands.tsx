import type { ComponentChildren } from "preact";
import { useTexts } from "../portal.ts";

/** The buttons at the end of a dialog: what it is there for, and the way out. */
export function DialogCommands({ children, onClose }: { children: ComponentChildren; onClose: () => void }) {
  const { t } = useTexts();
  return (
    <div class="commands">
      {children}
      <button type="button" class="button" onClick={onClose}>
        {t("do.cancel")}
      </button>
    </div>
  );
}
