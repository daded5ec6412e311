import { useEffect, useState } from "preact/hooks";
import type { SessionView } from "../../lib/sessions/session.ts";
import { StateBadge } from "../parts/badge.tsx";
import { Facts } from "../parts/facts.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { ProblemMessage } from "../parts/problem-message.tsx";
import { QuestionDialog } from "../parts/question-dialog.tsx";
import { Title } from "../parts/title.tsx";
import { usePortal } from "../portal.ts";
import type { Texts } from "../texts.ts";
import { platformName } from "./platform-name.ts";
import { AskAgain } from "./session/ask-again.tsx";
import { Joining } from "./session/joining.tsx";
import { isOver, isWaiting, useSession } from "./session/live.ts";
import { NotificationState } from "./session/notification-state.tsx";

/** One session, live: what stands, what to do next, and the links. */
export function SessionScreen({ id }: { id: string }) {
  const { texts, api, may } = usePortal();
  const { t } = texts;
  const { session, problem, isLoading, reload, show } = useSession(id);
  const [isClosing, setClosing] = useState(false);
  const close = async () => {
    show(await api.call<SessionView>(`/api/sessions/${id}/close`, { method: "POST" }));
    setClosing(false);
  };
  const mayAct = may("RemoteAssistance.Request");
  return (
    <>
      <Title aside={session && <StateBadge state={session.state} />}>
        {session ? t("session.on", { device: session.device.name.trim() || session.device.id }) : t("session.title")}
      </Title>
      {problem && <ProblemMessage problem={problem} onRetry={reload} />}
      {!session && isLoading && <Loading />}
      {session && (
        <>
          <p class="lead" role="status">
            {t(nextOf(session))}
          </p>
          {!isOver(session) && <Joining session={session} />}
          <div class="commands">
            {mayAct && isWaiting(session) && <AskAgain session={session} onAsked={show} />}
            {mayAct && !isOver(session) && (
              <button type="button" class="button" onClick={() => setClosing(true)}>
                {t("session.close")}
              </button>
            )}
            {mayAct && isOver(session) && (
              <Link to={{ screen: "device", id: session.device.id }} class="button primary">
                {t("session.newOne")}
              </Link>
            )}
          </div>
          <NotificationState session={session} />
          <About session={session} />
          {!isOver(session) && <p class="quiet">{t("session.live")}</p>}
        </>
      )}
      {isClosing && (
        <QuestionDialog
          title={t("session.close.title")}
          text={t("session.close.text")}
          yes={t("session.close.do")}
          needs="RemoteAssistance.Request"
          onYes={close}
          onClose={() => setClosing(false)}
        />
      )}
    </>
  );
}

function nextOf({ state, declineReason }: SessionView) {
  return declineReason === "not-requested" ? "session.next.notRequested" : (`session.next.${state}` as const);
}

/** How long people were connected, once TeamViewer reported it. */
function connectedFor({ connections }: SessionView, { t, span }: Texts): string | undefined {
  if (!connections) return undefined;
  if (connections.length === 0) return t("session.neverJoined");
  const minutes = connections.reduce((sum, each) => sum + each.minutes, 0);
  return minutes === 0 ? t("session.connectedBriefly") : t("session.connectedFor", { span: span(minutes * 60) });
}

function About({ session }: { session: SessionView }) {
  const { texts, person, names } = usePortal();
  const { t, time, ago } = texts;
  const { device, requestedBy, answeredAt, closedAt, expiresAt } = session;
  useEffect(() => names.want([requestedBy]), [names, requestedBy]);
  const who = requestedBy === person.id ? t("is.you") : (names.of(requestedBy) ?? requestedBy);
  return (
    <section class="card" aria-label={t("session.title")}>
      <Facts
        facts={[
          [t("devices.user"), device.userName],
          [t("devices.platform"), platformName(device.platform)],
          [t("start.reason"), session.reason],
          [t("start.ticket"), session.ticket],
          [t("session.code"), session.code],
          [t("session.requestedBy"), who],
          [t("session.requestedAt"), time(session.requestedAt)],
          [t("session.expiresAt"), isWaiting(session) ? `${time(expiresAt)} (${ago(expiresAt)})` : undefined],
          [t("session.answeredAt"), time(answeredAt)],
          [t("session.closedAt"), time(closedAt)],
          [t("session.connections"), connectedFor(session, texts)],
        ]}
      />
    </section>
  );
}
