import { useRef, useState } from "preact/hooks";
import type { SessionView } from "../../../lib/sessions/session.ts";
import { useAction } from "../../load.ts";
import { ProblemMessage } from "../../parts/problem-message.tsx";
import { usePortal } from "../../portal.ts";
import { Problem } from "../../problem.ts";

/** Notifies the user once more. A press that got no answer is repeated with its own key, so it asks once. */
export function AskAgain({ session, onAsked }: { session: SessionView; onAsked: (session: SessionView) => void }) {
  const { texts, api } = usePortal();
  const { t } = texts;
  const key = useRef(crypto.randomUUID());
  const [isAsked, setAsked] = useState(false);
  const { run, isRunning, problem } = useAction(async () => {
    setAsked(false);
    try {
      const path = `/api/sessions/${session.id}/notifications`;
      const asked = await api.call<SessionView>(path, { method: "POST", idempotencyKey: key.current });
      key.current = crypto.randomUUID();
      setAsked(asked.notification.state === "queued");
      onAsked(asked);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "offline") key.current = crypto.randomUUID();
      throw error;
    }
  });
  return (
    <>
      <button type="button" class="button" aria-disabled={isRunning} onClick={run}>
        {t("session.askAgain")}
      </button>
      <span class="quiet" role="status">
        {isAsked ? t("session.askedAgain") : ""}
      </span>
      {problem && <ProblemMessage problem={problem} onRetry={run} />}
    </>
  );
}
