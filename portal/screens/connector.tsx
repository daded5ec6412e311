import { useEffect, useState } from "preact/hooks";
import type { ConnectorView } from "../../lib/connector/connection.ts";
import { useLoad } from "../load.ts";
import { Badge, type Tone } from "../parts/badge.tsx";
import { Facts } from "../parts/facts.tsx";
import { Loading } from "../parts/loading.tsx";
import { Message } from "../parts/message.tsx";
import { ProblemMessage } from "../parts/problem-message.tsx";
import { Title } from "../parts/title.tsx";
import { usePortal } from "../portal.ts";
import { useReloadWhile } from "../reload-while.ts";
import { Commands } from "./connector/commands.tsx";
import { DisconnectDialog } from "./connector/disconnect-dialog.tsx";
import { EnableDialog } from "./connector/enable-dialog.tsx";

const UPDATE = "RemoteAssistance.Update";

const tones: Record<ConnectorView["status"], Tone> = {
  notConnected: "neutral",
  awaitingConfirmation: "warning",
  connected: "success",
  needsConsent: "danger",
  disconnecting: "warning",
};

/** The connector: enable, confirm, disconnect. `consent` is the id that the way back from TeamViewer brought. */
export function ConnectorScreen({ consent }: { consent: string | undefined }) {
  const { texts, api, may, names } = usePortal();
  const { t } = texts;
  const loaded = useLoad(`connector ${consent}`, (signal) => api.call<ConnectorView>("/api/connector", { signal }));
  const [dialog, setDialog] = useState<"enable" | "disconnect">();
  const [isFresh, setFresh] = useState(false);
  const connector = loaded.value;
  useEffect(() => names.want([connector?.connectedBy]), [names, connector?.connectedBy]);
  useReloadWhile(connector?.status === "disconnecting", loaded.refresh);

  return (
    <>
      <Title>{t("connector.title")}</Title>
      <p class="lead">{t("connector.lead")}</p>
      {loaded.problem && <ProblemMessage problem={loaded.problem} onRetry={loaded.reload} />}
      {!connector && loaded.isLoading && <Loading />}
      {connector && (
        <section class="card" aria-label={t("connector.title")}>
          <p class="state">
            <span>{t("connector.status")}</span>
            <Badge tone={tones[connector.status]}>{t(`connector.status.${connector.status}`)}</Badge>
          </p>
          <Standing connector={connector} isFresh={isFresh} />
          {connector.account && <Account connector={connector} />}
          {may(UPDATE) ? (
            <Commands
              connector={connector}
              consent={consent}
              onEnable={() => setDialog("enable")}
              onDisconnect={() => setDialog("disconnect")}
              onConfirmed={(confirmed) => {
                setFresh(true);
                loaded.set(confirmed);
              }}
            />
          ) : (
            <p class="quiet">{t("connector.onlyUpdate")}</p>
          )}
        </section>
      )}
      {dialog === "enable" && <EnableDialog onClose={() => setDialog(undefined)} />}
      {dialog === "disconnect" && (
        <DisconnectDialog
          onClose={() => setDialog(undefined)}
          onDone={() => {
            setDialog(undefined);
            setFresh(false);
            loaded.reload();
          }}
        />
      )}
    </>
  );
}

/** What the status means, and what to do. */
function Standing({ connector: { status }, isFresh }: { connector: ConnectorView; isFresh: boolean }) {
  const { t } = usePortal().texts;
  if (status === "notConnected")
    return (
      <>
        <p>{t("connector.empty")}</p>
        <p>{t("connector.emptyDo")}</p>
      </>
    );
  if (status === "needsConsent")
    return (
      <Message intent="error">
        <p>{t("connector.needsConsent")}</p>
      </Message>
    );
  if (status === "disconnecting")
    return (
      <Message intent="info">
        <p>{t("connector.disconnecting")}</p>
      </Message>
    );
  if (status === "connected" && isFresh)
    return (
      <Message intent="success">
        <p>{t("connector.confirm.done")}</p>
      </Message>
    );
  return null;
}

function Account({ connector }: { connector: ConnectorView }) {
  const { texts, person, names } = usePortal();
  const { t, time } = texts;
  const { status, account, connectedBy, connectedAt, termsVersion } = connector;
  const who = connectedBy === person.id ? t("is.you") : (names.of(connectedBy) ?? connectedBy);
  return (
    <Facts
      facts={[
        [t("connector.account"), account?.name],
        [t("connector.email"), account?.email],
        [t("connector.company"), account?.company],
        [t(status === "awaitingConfirmation" ? "connector.askedBy" : "connector.by"), who],
        [t("connector.since"), time(connectedAt)],
        [t("connector.terms"), termsVersion && t("connector.termsVersion", { version: termsVersion })],
      ]}
    />
  );
}
