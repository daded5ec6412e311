import { useState } from "preact/hooks";
import type { WebhookView } from "../../lib/webhooks/webhook.ts";
import { useList } from "../load.ts";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { Message } from "../parts/message.tsx";
import { ProblemMessage } from "../parts/problem-message.tsx";
import { Title } from "../parts/title.tsx";
import { usePortal } from "../portal.ts";
import { NewWebhookDialog } from "./webhooks/new-webhook-dialog.tsx";
import { WebhookStatus } from "./webhooks/webhook-status.tsx";

/** Who is told what happens. */
export function WebhooksScreen() {
  const { texts } = usePortal();
  const { t } = texts;
  const list = useList<WebhookView>("/api/webhooks");
  const [isAdding, setAdding] = useState(false);
  return (
    <>
      <Title>{t("webhooks.title")}</Title>
      <p class="lead">{t("webhooks.lead")}</p>
      <div class="commands">
        <button type="button" class="button primary" onClick={() => setAdding(true)}>
          {t("webhooks.new")}
        </button>
      </div>
      {list.problem && <ProblemMessage problem={list.problem} needs="RemoteAssistance.Update" onRetry={list.reload} />}
      {!list.items && list.isLoading && <Loading />}
      {list.items?.length === 0 && (
        <Message intent="info" title={t("webhooks.none")}>
          <p>{t("webhooks.noneText")}</p>
        </Message>
      )}
      {list.items && list.items.length > 0 && <WebhookTable webhooks={list.items} />}
      {isAdding && (
        <NewWebhookDialog
          onClose={() => {
            setAdding(false);
            list.reload();
          }}
        />
      )}
    </>
  );
}

function WebhookTable({ webhooks }: { webhooks: WebhookView[] }) {
  const { t, time } = usePortal().texts;
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{t("webhooks.url")}</th>
          <th scope="col">{t("webhooks.description")}</th>
          <th scope="col">{t("webhooks.events")}</th>
          <th scope="col">{t("webhooks.since")}</th>
          <th scope="col">{t("webhooks.status")}</th>
        </tr>
      </thead>
      <tbody>
        {webhooks.map((webhook) => (
          <tr key={webhook.id}>
            <th scope="row">
              <Link to={{ screen: "webhook", id: webhook.id }}>{webhook.url}</Link>
            </th>
            <td data-label={t("webhooks.description")}>{webhook.description ?? ""}</td>
            <td data-label={t("webhooks.events")}>{t("webhooks.events.count", { count: webhook.events.length })}</td>
            <td data-label={t("webhooks.since")}>{time(webhook.createdAt)}</td>
            <td data-label={t("webhooks.status")}>
              <WebhookStatus webhook={webhook} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
