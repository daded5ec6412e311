import type { WebhookView } from "../../lib/webhooks/webhook.ts";
import { useLoad } from "../load.ts";
import { Facts } from "../parts/facts.tsx";
import { Loading } from "../parts/loading.tsx";
import { Message } from "../parts/message.tsx";
import { ProblemMessage } from "../parts/problem-message.tsx";
import { Title } from "../parts/title.tsx";
import { usePortal } from "../portal.ts";
import { Deliveries } from "./webhooks/deliveries.tsx";
import { WebhookCommands } from "./webhooks/webhook-commands.tsx";
import { WebhookStatus } from "./webhooks/webhook-status.tsx";

const UPDATE = "RemoteAssistance.Update";

/** One webhook endpoint: how it does, what can be done, what it was sent. */
export function WebhookScreen({ id }: { id: string }) {
  const { texts, api } = usePortal();
  const { t } = texts;
  const path = `/api/webhooks/${encodeURIComponent(id)}`;
  const loaded = useLoad(path, (signal) => api.call<WebhookView>(path, { signal }));
  const webhook = loaded.value;
  return (
    <>
      <Title aside={webhook && <WebhookStatus webhook={webhook} />}>{webhook?.url ?? t("webhooks.title")}</Title>
      {loaded.problem && <ProblemMessage problem={loaded.problem} needs={UPDATE} onRetry={loaded.reload} />}
      {!webhook && loaded.isLoading && <Loading />}
      {webhook && (
        <>
          {webhook.problem && (
            <Message intent="warning">
              <p>{t(`webhooks.problem.${webhook.problem}`)}</p>
            </Message>
          )}
          <WebhookCommands webhook={webhook} onChanged={loaded.set} />
          <section class="card" aria-label={t("webhooks.title")}>
            <About webhook={webhook} />
          </section>
          <Deliveries webhook={webhook} />
        </>
      )}
    </>
  );
}

function About({ webhook }: { webhook: WebhookView }) {
  const { t, time } = usePortal().texts;
  return (
    <Facts
      facts={[
        [t("webhooks.description"), webhook.description],
        [t("webhooks.events"), webhook.events.join(", ")],
        [t("webhooks.since"), time(webhook.createdAt)],
        [t("webhooks.failingSince"), time(webhook.failingSince)],
      ]}
    />
  );
}
