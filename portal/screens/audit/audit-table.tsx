import { useEffect } from "preact/hooks";
import type { AuditEntry } from "../../../lib/audit/entry.ts";
import { Badge, type Tone } from "../../parts/badge.tsx";
import { Link } from "../../parts/link.tsx";
import { usePortal } from "../../portal.ts";
import { actionText } from "./action-text.ts";

const tones: Record<NonNullable<AuditEntry["result"]>, Tone> = {
  success: "success",
  refused: "warning",
  failed: "danger",
  unknown: "warning",
  replayed: "neutral",
};

/** Entries of the audit. They hold ids only: names are looked up as they are shown. */
export function AuditTable({ entries, isOld }: { entries: AuditEntry[]; isOld: boolean }) {
  const { texts, names } = usePortal();
  const { t } = texts;
  useEffect(() => {
    names.want(entries.flatMap(({ actor, deviceId }) => [actor.id, deviceId]));
  }, [names, entries.length, entries[0]?.id]);
  return (
    <table class={isOld ? "table is-old" : "table"} aria-busy={isOld}>
      <thead>
        <tr>
          <th scope="col">{t("audit.at")}</th>
          <th scope="col">{t("audit.who")}</th>
          <th scope="col">{t("audit.action")}</th>
          <th scope="col">{t("audit.result")}</th>
          <th scope="col">{t("devices.name")}</th>
          <th scope="col">{t("audit.session")}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row key={entry.id} entry={entry} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry }: { entry: AuditEntry }) {
  const { texts, names } = usePortal();
  const { t, time, ago } = texts;
  const { at, actor, action, phase, result, reason, deviceId, sessionId } = entry;
  return (
    <tr>
      <th scope="row">
        <time dateTime={at} title={ago(at)}>
          {time(at)}
        </time>
      </th>
      <td data-label={t("audit.who")}>
        {actor.kind === "system" ? t("audit.kind.system") : (names.of(actor.id) ?? <span class="id">{actor.id}</span>)}
        {actor.kind !== "system" && <span class="quiet"> {t(`audit.kind.${actor.kind}`)}</span>}
      </td>
      <td data-label={t("audit.action")}>
        <span title={action}>{actionText(action, texts)}</span>
      </td>
      <td data-label={t("audit.result")}>
        {phase === "intent" || !result ? (
          <span class="quiet">{t("audit.phase.intent")}</span>
        ) : (
          <Badge tone={tones[result]}>{t(`audit.result.${result}`)}</Badge>
        )}
        {reason && <span class="quiet"> {reason}</span>}
      </td>
      <td data-label={t("devices.name")}>{deviceId && (names.of(deviceId) ?? <span class="id">{deviceId}</span>)}</td>
      <td data-label={t("audit.session")}>
        {sessionId && (
          <Link to={{ screen: "session", id: sessionId }}>
            <span class="id">{sessionId.slice(0, 8)}</span>
          </Link>
        )}
      </td>
    </tr>
  );
}
