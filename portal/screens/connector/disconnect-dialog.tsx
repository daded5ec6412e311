import { QuestionDialog } from "../../parts/question-dialog.tsx";
import { usePortal } from "../../portal.ts";

/** Asks before TeamViewer is disconnected. */
export function DisconnectDialog({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { texts, api } = usePortal();
  const { t } = texts;
  const disconnect = async () => {
    await api.call("/api/connector", { method: "DELETE" });
    onDone();
  };
  return (
    <QuestionDialog
      title={t("connector.disconnect.title")}
      text={t("connector.disconnect.text")}
      yes={t("connector.disconnect.do")}
      needs="RemoteAssistance.Update"
      onYes={disconnect}
      onClose={onClose}
    />
  );
}
