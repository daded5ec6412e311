import { useEffect } from "preact/hooks";
import type { SessionState, SessionView } from "../../lib/sessions/session.ts";
import { pathWith } from "../api.ts";
import { useList } from "../load.ts";
import { StateBadge, sessionStates } from "../parts/badge.tsx";
import { SelectField } from "../parts/field.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { Message } from "../parts/message.tsx";
import { More } from "../parts/more.tsx";
import { ProblemMessage } from "../parts/problem-message.tsx";
import { Title } from "../parts/title.tsx";
import { allDevices, allSessions, type Place } from "../place.ts";
import { usePortal } from "../portal.ts";

type SessionsPlace = Extract<Place, { screen: "sessions" }>;

/** Sessions, newest first; the filters stand in the address. */
export function SessionsScreen({ place }: { place: SessionsPlace }) {
  const { texts, person, may } = usePortal();
  const { t } = texts;
  const { state, device, mine } = place;
  const list = useList<SessionView>(
    pathWith("/api/sessions", { state, device, requestedBy: mine ? person.id : undefined }),
  );
  return (
    <>
      <Title>{t("sessions.title")}</Title>
      <p class="lead">{t("sessions.lead")}</p>
      <Filters place={place} />
      {list.problem && <ProblemMessage problem={list.problem} onRetry={list.reload} />}
      {!list.items && list.isLoading && <Loading />}
      {list.items?.length === 0 && (
        <Message
          intent="info"
          title={t("sessions.none")}
          actions={
            <>
              {may("RemoteAssistance.Request") && (
                <Link to={allDevices} class="button">
                  {t("sessions.start")}
                </Link>
              )}
              {(state || device || mine) && (
                <Link to={allSessions} class="button">
                  {t("do.clear")}
                </Link>
              )}
            </>
          }
        >
          <p>{t("sessions.noneText")}</p>
        </Message>
      )}
      {list.items && list.items.length > 0 && <SessionTable sessions={list.items} isOld={list.isLoading} />}
      <More list={list} />
    </>
  );
}

function Filters({ place }: { place: SessionsPlace }) {
  const { texts, go, may } = usePortal();
  const { t } = texts;
  const change = (filters: Partial<SessionsPlace>) => go({ ...place, ...filters }, { replace: true });
  const states: [SessionState | "", string][] = sessionStates.map((each) => [each, t(`session.state.${each}`)]);
  return (
    <search class="filters">
      <SelectField
        label={t("session.state")}
        value={place.state}
        options={[["", t("sessions.state.all")], ...states]}
        onChange={(state) => change({ state })}
      />
      {may("RemoteAssistance.Request") && (
        <label class="check">
          <input
            type="checkbox"
            checked={place.mine}
            onChange={(event) => change({ mine: event.currentTarget.checked })}
          />
          <span>{t("sessions.mine")}</span>
        </label>
      )}
      {place.device && (
        <p class="chosen">
          {t("sessions.ofDevice")}{" "}
          <button type="button" class="button" onClick={() => change({ device: "" })}>
            {t("do.clear")}
          </button>
        </p>
      )}
    </search>
  );
}

function SessionTable({ sessions, isOld }: { sessions: SessionView[]; isOld: boolean }) {
  const { texts, person, names } = usePortal();
  const { t, time, ago } = texts;
  useEffect(
    () => names.want(sessions.map(({ requestedBy }) => requestedBy)),
    [names, sessions.length, sessions[0]?.id],
  );
  return (
    <table class={isOld ? "table is-old" : "table"} aria-busy={isOld}>
      <thead>
        <tr>
          <th scope="col">{t("session.requestedAt")}</th>
          <th scope="col">{t("devices.name")}</th>
          <th scope="col">{t("devices.user")}</th>
          <th scope="col">{t("session.requestedBy")}</th>
          <th scope="col">{t("start.ticket")}</th>
          <th scope="col">{t("session.state")}</th>
        </tr>
      </thead>
      <tbody>
        {sessions.map(({ id, requestedAt, requestedBy, device, ticket, state }) => (
          <tr key={id}>
            <th scope="row">
              <Link to={{ screen: "session", id }}>
                <time dateTime={requestedAt} title={ago(requestedAt)}>
                  {time(requestedAt)}
                </time>
              </Link>
            </th>
            <td data-label={t("devices.name")}>{device.name.trim() || device.id}</td>
            <td data-label={t("devices.user")}>{device.userName || t("is.none")}</td>
            <td data-label={t("session.requestedBy")}>
              {requestedBy === person.id
                ? t("is.you")
                : (names.of(requestedBy) ?? <span class="id">{requestedBy}</span>)}
            </td>
            <td data-label={t("start.ticket")}>{ticket ?? ""}</td>
            <td data-label={t("session.state")}>
              <StateBadge state={state} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
