import type { DeliveryView } from "../../../lib/webhooks/delivery.ts";
import type { WebhookView } from "../../../lib/webhooks/webhook.ts";
import { useAction, useList } from "../../load.ts";
import { Badge, type Tone } from "../../parts/badge.tsx";
import { Link } from "../../parts/link.tsx";
import { Loading } from "../../parts/loading.tsx";
import { More } from "../../parts/more.tsx";
import { ProblemMessage } from "../../parts/problem-message.tsx";
import { usePortal } from "../../portal.ts";

const UPDATE = "RemoteAssistance.Update";

const tones: Record<DeliveryView["state"], Tone> = {
  sending: "brand",
  waiting: "warning",
  delivered: "success",
  failed: "danger",
  cancelled: "neutral",
};

/** What a webhook was sent, newest event first, and once more. */
export function Deliveries({ webhook }: { webhook: WebhookView }) {
  const { texts, api } = usePortal();
  const { t } = texts;
  const path = `/api/webhooks/${webhook.id}/deliveries`;
  const list = useList<DeliveryView>(path);
  const again = useAction(async (id: string) => {
    await api.call(`${path}/${id}`, { method: "POST" });
    list.reload();
  });
  const problem = list.problem ?? again.problem;
  return (
    <>
      <h2>{t("deliveries.title")}</h2>
      {problem && <ProblemMessage problem={problem} needs={UPDATE} onRetry={list.reload} />}
      {!list.items && list.isLoading && <Loading />}
      {list.items?.length === 0 && <p class="quiet">{t("deliveries.none")}</p>}
      {list.items && list.items.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("deliveries.at")}</th>
              <th scope="col">{t("deliveries.event")}</th>
              <th scope="col">{t("audit.session")}</th>
              <th scope="col">{t("deliveries.state")}</th>
              <th scope="col">{t("deliveries.attempts")}</th>
              <th scope="col">{t("deliveries.again")}</th>
            </tr>
          </thead>
          <tbody>
            {list.items.map((delivery) => (
              <Row key={delivery.id} delivery={delivery} onAgain={() => again.run(delivery.id)} />
            ))}
          </tbody>
        </table>
      )}
      <More list={list} />
    </>
  );
}

function Row({ delivery, onAgain }: { delivery: DeliveryView; onAgain: () => void }) {
  const { t, time, ago } = usePortal().texts;
  const { type, at, sessionId, state, nextAt, attempts } = delivery;
  return (
    <tr>
      <th scope="row">{time(at)}</th>
      <td data-label={t("deliveries.event")}>
        <code>{type}</code>
      </td>
      <td data-label={t("audit.session")}>
        {sessionId && (
          <Link to={{ screen: "session", id: sessionId }}>
            <span class="id">{sessionId.slice(0, 8)}</span>
          </Link>
        )}
      </td>
      <td data-label={t("deliveries.state")}>
        <Badge tone={tones[state]}>{t(`deliveries.state.${state}`)}</Badge>
        {nextAt && <span class="quiet"> {t("deliveries.next", { when: ago(nextAt) })}</span>}
      </td>
      <td data-label={t("deliveries.attempts")}>
        {attempts.map(({ status, problem }) => status ?? problem ?? "…").join(", ")}
      </td>
      <td data-label={t("deliveries.again")}>
        <button
          type="button"
          class="button"
          aria-label={`${t("deliveries.again")}: ${type} ${time(at)}`}
          onClick={onAgain}
        >
          {t("deliveries.again")}
        </button>
      </td>
    </tr>
  );
}
