import { useState } from "preact/hooks";
import type { DeliveryView } from "../../../lib/webhooks/delivery.ts";
import type { WebhookView } from "../../../lib/webhooks/webhook.ts";
import { useAction } from "../../load.ts";
import { Message } from "../../parts/message.tsx";
import { ProblemMessage } from "../../parts/problem-message.tsx";
import { QuestionDialog } from "../../parts/question-dialog.tsx";
import { usePortal } from "../../portal.ts";
import { SecretDialog } from "./secret-dialog.tsx";

const UPDATE = "RemoteAssistance.Update";

type Props = { webhook: WebhookView; onChanged: (webhook: WebhookView) => void };
type Tried = { webhook: WebhookView; delivery?: DeliveryView };

/** What an administrator can do with a webhook. */
export function WebhookCommands({ webhook, onChanged }: Props) {
  const { texts, api, go } = usePortal();
  const { t } = texts;
  const [question, setQuestion] = useState<"rotate" | "delete">();
  const [secret, setSecret] = useState<string>();
  const [tried, setTried] = useState<Tried>();
  const path = `/api/webhooks/${webhook.id}`;
  const { run, isRunning, problem } = useAction(async (what: "pause" | "resume" | "test") => {
    setTried(undefined);
    if (what !== "test") {
      const body = { paused: what === "pause" };
      return onChanged(await api.call<WebhookView>(path, { method: "PATCH", body }));
    }
    const answer = await api.call<Tried>(`${path}/test`, { method: "POST" });
    onChanged(answer.webhook);
    setTried(answer);
  });
  const rotate = async () => {
    const { secret: made, ...rotated } = await api.call<WebhookView & { secret: string }>(`${path}/secret`, {
      method: "POST",
    });
    onChanged(rotated);
    setQuestion(undefined);
    setSecret(made);
  };
  const remove = async () => {
    await api.call(path, { method: "DELETE" });
    go({ screen: "webhooks" });
  };
  return (
    <>
      <div class="commands">
        <button type="button" class="button" aria-disabled={isRunning} onClick={() => run("test")}>
          {t(webhook.status === "pending" ? "webhooks.ask" : "webhooks.test")}
        </button>
        {webhook.status !== "pending" && (
          <button
            type="button"
            class="button"
            aria-disabled={isRunning}
            onClick={() => run(webhook.status === "paused" ? "resume" : "pause")}
          >
            {t(webhook.status === "paused" ? "webhooks.resume" : "webhooks.pause")}
          </button>
        )}
        <button type="button" class="button" onClick={() => setQuestion("rotate")}>
          {t("webhooks.rotate")}
        </button>
        <button type="button" class="button" onClick={() => setQuestion("delete")}>
          {t("webhooks.delete")}
        </button>
      </div>
      {problem && <ProblemMessage problem={problem} needs={UPDATE} />}
      {tried?.delivery && <TestResult delivery={tried.delivery} />}
      {question === "rotate" && (
        <QuestionDialog
          title={t("webhooks.rotate.title")}
          text={t("webhooks.rotate.text")}
          yes={t("webhooks.rotate.do")}
          needs={UPDATE}
          onYes={rotate}
          onClose={() => setQuestion(undefined)}
        />
      )}
      {question === "delete" && (
        <QuestionDialog
          title={t("webhooks.delete.title")}
          text={t("webhooks.delete.text")}
          yes={t("webhooks.delete.do")}
          needs={UPDATE}
          onYes={remove}
          onClose={() => setQuestion(undefined)}
        />
      )}
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
    </>
  );
}

function TestResult({ delivery: { state, attempts } }: { delivery: DeliveryView }) {
  const { t } = usePortal().texts;
  const last = attempts.at(-1);
  if (state === "delivered")
    return (
      <Message intent="success">
        <p>{t("webhooks.tested.ok")}</p>
      </Message>
    );
  return (
    <Message intent="warning">
      <p>{t("webhooks.tested.failed", { reason: String(last?.status ?? last?.problem ?? "") })}</p>
    </Message>
  );
}
