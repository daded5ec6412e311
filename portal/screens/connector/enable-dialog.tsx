import { useState } from "preact/hooks";
import { useAction } from "../../load.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { DialogCommands } from "../../parts/dialog-commands.tsx";
import { OutLink } from "../../parts/link.tsx";
import { ProblemMessage } from "../../parts/problem-message.tsx";
import { usePortal } from "../../portal.ts";

type Consent = { id: string; startUrl: string };

/** Terms, then TeamViewer's consent page. The way back brings the consent's id along. */
export function EnableDialog({ onClose }: { onClose: () => void }) {
  const { texts, config, api } = usePortal();
  const { t } = texts;
  const [isAccepted, setAccepted] = useState(false);
  const { run, isRunning, problem } = useAction(async () => {
    const body = { termsVersion: config.termsVersion, termsAccepted: true };
    const { startUrl } = await api.call<Consent>("/api/connector/consents", { method: "POST", body });
    location.assign(startUrl);
  });
  const { organization, termsVersion: version, termsUrl } = config;
  return (
    <Dialog title={t("connector.terms.title")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          return run();
        }}
      >
        <p>{t("connector.terms.text", { organization })}</p>
        <p>
          <OutLink href={termsUrl} label={t("link.newTab")}>
            {t("connector.terms.read", { version })}
          </OutLink>
        </p>
        <label class="check">
          <input
            type="checkbox"
            required
            checked={isAccepted}
            onChange={(event) => setAccepted(event.currentTarget.checked)}
          />
          <span>{t("connector.terms.accept", { organization })}</span>
        </label>
        <p class="quiet">{t("connector.terms.next")}</p>
        {problem && <ProblemMessage problem={problem} needs="RemoteAssistance.Update" />}
        <DialogCommands onClose={onClose}>
          <button type="submit" class="button primary" disabled={!isAccepted} aria-disabled={isRunning}>
            {t("connector.terms.continue")}
          </button>
        </DialogCommands>
      </form>
    </Dialog>
  );
}
