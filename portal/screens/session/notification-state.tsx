import type { SessionView } from "../../../lib/sessions/session.ts";
import { usePortal } from "../../portal.ts";
import type { Texts } from "../../texts.ts";

type Notification = SessionView["notification"];

/** What became of asking the user: no more than is known. */
export function NotificationState({ session: { notification } }: { session: SessionView }) {
  const { texts } = usePortal();
  const { t, time, maybe } = texts;
  const { at, tried = [] } = notification;
  return (
    <section class="card" aria-label={t("notification.title")}>
      <h2>{t("notification.title")}</h2>
      <p role="status">{sentenceOf(notification, texts)}</p>
      {at && <p class="quiet">{time(at)}</p>}
      {tried.length > 0 && (
        <>
          <h3>{t("notification.tried")}</h3>
          <ol>
            {tried.map((each) => (
              <li key={each.channel}>
                {maybe(`notification.tried.${each.state}`, {
                  channel: channelName(each.channel, texts),
                  reason: each.reason ?? "",
                }) ?? each.state}
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function sentenceOf({ state, channel, reason }: Notification, texts: Texts): string {
  if (state === "unsupported" && reason === "no-user") return texts.t("notification.unsupported.noUser");
  return texts.t(`notification.${state}`, { channel: channelName(channel, texts), reason: reason ?? "" });
}

const channelName = (channel: Notification["channel"], { t }: Texts) => t(`channel.${channel ?? "any"}`);
