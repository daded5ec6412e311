import type { Action, AuditEntry } from "../../lib/audit/entry.ts";
import { pathWith } from "../api.ts";
import { useList } from "../load.ts";
import { SelectField } from "../parts/field.tsx";
import { FilterInput } from "../parts/filter-input.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { Message } from "../parts/message.tsx";
import { More } from "../parts/more.tsx";
import { ProblemMessage } from "../parts/problem-message.tsx";
import { Title } from "../parts/title.tsx";
import { type Place, wholeAudit } from "../place.ts";
import { usePortal } from "../portal.ts";
import { actionText } from "./audit/action-text.ts";
import { AuditTable } from "./audit/audit-table.tsx";
import { Export } from "./audit/export.tsx";

export type AuditPlace = Extract<Place, { screen: "audit" }>;

/** What can be filtered by: all of a kind, then the single actions that people look for. */
const offered: readonly (Action | `${string}.`)[] = [
  "connector.",
  "session.",
  "notification.",
  "webhook.",
  "audit.",
  "connector.confirm",
  "connector.disconnect",
  "session.request",
  "session.accept",
  "session.decline",
  "session.join",
  "session.close",
];

/** What is shown unless somebody asks for more: older days have to be looked through one by one. */
const DAYS_SHOWN = 7;

/** A date field's value: the day in the reader's time zone. */
function dayBefore(days: number): string {
  const at = new Date();
  at.setDate(at.getDate() - days);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** A day in the reader's time zone as the start or end of a range. */
function momentOf(day: string, isEnd: boolean): string | undefined {
  const at = new Date(`${day}T00:00:00`);
  if (Number.isNaN(at.getTime())) return undefined;
  if (isEnd) at.setDate(at.getDate() + 1);
  return at.toISOString();
}

/** The audit, newest first, with filters in the address, and its export. */
export function AuditScreen({ place }: { place: AuditPlace }) {
  const { t } = usePortal().texts;
  const { action, actor, device, session } = place;
  const from = place.from || dayBefore(DAYS_SHOWN);
  const query = {
    from: momentOf(from, false),
    to: momentOf(place.to, true),
    action,
    actor: actor.trim(),
    device: device.trim(),
    session: session.trim(),
  };
  const list = useList<AuditEntry>(pathWith("/api/audit", query));
  return (
    <>
      <Title>{t("audit.title")}</Title>
      <p class="lead">{t("audit.lead")}</p>
      <Filters place={{ ...place, from }} />
      <Export query={query} />
      {list.problem && <ProblemMessage problem={list.problem} needs="RemoteAssistance.Read" onRetry={list.reload} />}
      {!list.items && list.isLoading && <Loading />}
      {list.items?.length === 0 && !list.problem && (
        <Message
          intent="info"
          title={t("audit.none")}
          actions={
            <Link to={wholeAudit} class="button">
              {t("do.clear")}
            </Link>
          }
        >
          <p>{t("audit.noneText")}</p>
        </Message>
      )}
      {list.items && list.items.length > 0 && <AuditTable entries={list.items} isOld={list.isLoading} />}
      <More list={list} />
    </>
  );
}

function Filters({ place }: { place: AuditPlace }) {
  const { texts, go } = usePortal();
  const { t } = texts;
  const change = (filters: Partial<AuditPlace>) => go({ ...place, ...filters }, { replace: true });
  const input = (type: "id" | "date", name: "actor" | "device" | "session" | "from" | "to") => (
    <FilterInput
      type={type}
      label={t(`audit.${name}`)}
      value={place[name]}
      onChange={(value) => change({ [name]: value })}
    />
  );
  return (
    <search class="filters">
      {input("date", "from")}
      {input("date", "to")}
      <SelectField
        label={t("audit.action")}
        value={place.action}
        options={[["", t("audit.action.all")], ...offered.map((each) => [each, actionText(each, texts)] as const)]}
        onChange={(action) => change({ action })}
      />
      {input("id", "actor")}
      {input("id", "device")}
      {input("id", "session")}
    </search>
  );
}
