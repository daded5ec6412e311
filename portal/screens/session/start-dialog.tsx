import { useRef, useState } from "preact/hooks";
import type { DeviceView } from "../../../lib/devices/device.ts";
import type { SessionView } from "../../../lib/sessions/session.ts";
import { useAction } from "../../load.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { DialogCommands } from "../../parts/dialog-commands.tsx";
import { Field, SelectField } from "../../parts/field.tsx";
import { ProblemMessage } from "../../parts/problem-message.tsx";
import { usePortal } from "../../portal.ts";
import { Problem } from "../../problem.ts";

type Props = { device: DeviceView; onClose: () => void };

/** What may be tried again with the same key: whatever came of it, there is one session. */
const SAME_REQUEST = ["offline", "request-in-progress", "upstream-unavailable", "upstream-timeout", "internal-error"];

/** Reason, ticket, language, and Connect. However often it is pressed, one session comes of it. */
export function StartDialog({ device, onClose }: Props) {
  const { texts, api, config, go } = usePortal();
  const { t, languageName } = texts;
  const [reason, setReason] = useState("");
  const [ticket, setTicket] = useState("");
  const [language, setLanguage] = useState("");
  const { requirements } = device;
  const mayNotify = requirements?.notify ?? true;
  const canNotify = mayNotify && device.eligibility.channels.length > 0;
  const [notify, setNotify] = useState(canNotify);
  const pattern = requirements?.ticket.pattern;
  const idempotencyKey = useRef(crypto.randomUUID());

  const { run, isRunning, problem } = useAction(async () => {
    const said = { reason: reason.trim(), ticket: ticket.trim(), language };
    const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== ""));
    const body = { deviceId: device.id, notify: canNotify ? notify : mayNotify, ...given };
    try {
      const asking = { method: "POST", body, idempotencyKey: idempotencyKey.current };
      const session = await api.call<SessionView>("/api/sessions", asking);
      go({ screen: "session", id: session.id });
    } catch (error) {
      const isSame = error instanceof Problem && SAME_REQUEST.includes(error.code);
      if (!isSame) idempotencyKey.current = crypto.randomUUID();
      throw error;
    }
  });

  const languages = config.languages.map((tag) => [tag, languageName(tag)] as const);
  languages.sort(([, a], [, b]) => a.localeCompare(b, texts.locale));
  return (
    <Dialog title={t("device.start")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          return run();
        }}
      >
        <p class="quiet">
          <bdi>{device.name}</bdi>
          {device.userName && (
            <>
              {" · "}
              <bdi>{device.userName}</bdi>
            </>
          )}
        </p>
        <Field label={t("start.reason")} hint={t("start.reason.hint")}>
          {(ids) => (
            <textarea
              {...ids}
              autofocus
              rows={2}
              maxLength={500}
              required={requirements?.reason}
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={t("start.ticket")} hint={pattern && t("start.ticket.form", { pattern })}>
          {(ids) => (
            <input
              {...ids}
              maxLength={100}
              autocomplete="off"
              required={requirements?.ticket.required}
              value={ticket}
              onInput={(event) => setTicket(event.currentTarget.value)}
            />
          )}
        </Field>
        <SelectField
          label={t("start.language")}
          value={language}
          options={[["", t("start.language.auto")], ...languages]}
          onChange={setLanguage}
        />
        {canNotify ? (
          <label class="check">
            <input type="checkbox" checked={notify} onChange={(event) => setNotify(event.currentTarget.checked)} />
            <span>{t("start.notify")}</span>
          </label>
        ) : (
          mayNotify && <p class="quiet">{t("device.noChannel")}</p>
        )}
        {problem && <ProblemMessage problem={problem} onRetry={run} />}
        <DialogCommands onClose={onClose}>
          <button type="submit" class="button primary" aria-disabled={isRunning}>
            {t(isRunning ? "start.connecting" : "start.connect")}
          </button>
        </DialogCommands>
      </form>
    </Dialog>
  );
}
