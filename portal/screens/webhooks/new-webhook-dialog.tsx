import { useState } from "preact/hooks";
import type { EventType } from "../../../lib/webhooks/event.ts";
import type { WebhookView } from "../../../lib/webhooks/webhook.ts";
import { useAction } from "../../load.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { DialogCommands } from "../../parts/dialog-commands.tsx";
import { Field } from "../../parts/field.tsx";
import { ProblemMessage } from "../../parts/problem-message.tsx";
import { usePortal } from "../../portal.ts";
import { eventTypes } from "./event-types.ts";
import { SecretDialog } from "./secret-dialog.tsx";

/** Registers an endpoint; its secret is shown before anything else can be done. */
export function NewWebhookDialog({ onClose }: { onClose: () => void }) {
  const { texts, api } = usePortal();
  const { t } = texts;
  const [url, setUrl] = useState("");
  const [description, setDescription] = useState("");
  const [events, setEvents] = useState<readonly EventType[]>(eventTypes);
  const [secret, setSecret] = useState<string>();
  const { run, isRunning, problem } = useAction(async () => {
    const said = description.trim();
    const body = { url: url.trim(), events, ...(said ? { description: said } : {}) };
    const made = await api.call<WebhookView & { secret: string }>("/api/webhooks", { method: "POST", body });
    setSecret(made.secret);
  });
  const toggle = (type: EventType, isOn: boolean) =>
    setEvents(eventTypes.filter((each) => (each === type ? isOn : events.includes(each))));

  if (secret) return <SecretDialog secret={secret} onClose={onClose} />;
  return (
    <Dialog title={t("webhooks.new")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          return run();
        }}
      >
        <Field label={t("webhooks.url")} hint={t("webhooks.url.hint")}>
          {(ids) => (
            <input
              {...ids}
              type="url"
              required
              maxLength={2000}
              autocomplete="off"
              autofocus
              value={url}
              onInput={(event) => setUrl(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={t("webhooks.description")}>
          {(ids) => (
            <input
              {...ids}
              maxLength={200}
              autocomplete="off"
              value={description}
              onInput={(event) => setDescription(event.currentTarget.value)}
            />
          )}
        </Field>
        <fieldset class="choices">
          <legend>{t("webhooks.events")}</legend>
          {eventTypes.map((type) => (
            <label key={type} class="check">
              <input
                type="checkbox"
                checked={events.includes(type)}
                onChange={(event) => toggle(type, event.currentTarget.checked)}
              />
              <code>{type}</code>
            </label>
          ))}
        </fieldset>
        {problem && <ProblemMessage problem={problem} needs="RemoteAssistance.Update" onRetry={run} />}
        <DialogCommands onClose={onClose}>
          <button type="submit" class="button primary" disabled={events.length === 0} aria-disabled={isRunning}>
            {t("webhooks.create")}
          </button>
        </DialogCommands>
      </form>
    </Dialog>
  );
}
