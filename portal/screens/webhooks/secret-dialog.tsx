import { CopyButton } from "../../parts/copy-button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { usePortal } from "../../portal.ts";

/** Shows a secret once: it stays in this dialog, and is gone with it. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = usePortal().texts;
  return (
    <Dialog title={t("webhooks.secret.title")} onClose={onClose}>
      <p>{t("webhooks.secret.text")}</p>
      <p class="address">
        <code>{secret}</code>
      </p>
      <div class="commands">
        <CopyButton text={secret} label={t("webhooks.secret.copy")} />
        <button type="button" class="button primary" onClick={onClose}>
          {t("webhooks.secret.kept")}
        </button>
      </div>
    </Dialog>
  );
}
