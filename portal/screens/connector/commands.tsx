import type { ConnectorView } from "../../../lib/connector/connection.ts";
import { useAction } from "../../load.ts";
import { ProblemMessage } from "../../parts/problem-message.tsx";
import { usePortal } from "../../portal.ts";

type CommandsProps = {
  connector: ConnectorView;
  consent: string | undefined;
  onEnable: () => void;
  onDisconnect: () => void;
  onConfirmed: (connector: ConnectorView) => void;
};

/** What an administrator can do with the connector as it stands. */
export function Commands({ connector, consent, onEnable, onDisconnect, onConfirmed }: CommandsProps) {
  const { t } = usePortal().texts;
  const { status } = connector;
  if (status === "awaitingConfirmation")
    return <Confirm connector={connector} consent={consent} onConfirmed={onConfirmed} onRefuse={onDisconnect} />;
  return (
    <div class="commands">
      {status === "notConnected" && (
        <button type="button" class="button primary" onClick={onEnable}>
          {t("connector.enable")}
        </button>
      )}
      {status === "needsConsent" && (
        <button type="button" class="button primary" onClick={onEnable}>
          {t("connector.enableAgain")}
        </button>
      )}
      {(status === "connected" || status === "needsConsent") && (
        <button type="button" class="button" onClick={onDisconnect}>
          {t("connector.disconnect")}
        </button>
      )}
    </div>
  );
}

type ConfirmProps = Pick<CommandsProps, "connector" | "consent" | "onConfirmed"> & { onRefuse: () => void };

function Confirm({ connector, consent, onConfirmed, onRefuse }: ConfirmProps) {
  const { texts, config, api, person } = usePortal();
  const { t } = texts;
  const { run, isRunning, problem } = useAction(async (id: string) => {
    onConfirmed(
      await api.call<ConnectorView>(`/api/connector/consents/${encodeURIComponent(id)}/confirm`, { method: "POST" }),
    );
  });
  const isMine = connector.connectedBy === person.id && consent !== undefined;
  const isElsewhere = connector.connectedBy === person.id && consent === undefined;
  const said = isMine ? "text" : isElsewhere ? "elsewhere" : "otherPerson";
  return (
    <>
      <h2>{t("connector.confirm.title")}</h2>
      <p>{t(`connector.confirm.${said}`, { organization: config.organization })}</p>
      {problem && <ProblemMessage problem={problem} />}
      <div class="commands">
        {isMine && (
          <button type="button" class="button primary" aria-disabled={isRunning} onClick={() => run(consent)}>
            {t("connector.confirm.do")}
          </button>
        )}
        <button type="button" class="button" onClick={onRefuse}>
          {t("connector.confirm.refuse")}
        </button>
      </div>
    </>
  );
}
