import type { DeviceView, Platform } from "../../lib/devices/device.ts";
import { pathWith } from "../api.ts";
import { useDraft } from "../draft.ts";
import { useList } from "../load.ts";
import { Badge } from "../parts/badge.tsx";
import { Field, SelectField } from "../parts/field.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { Message } from "../parts/message.tsx";
import { More } from "../parts/more.tsx";
import { ProblemMessage } from "../parts/problem-message.tsx";
import { Title } from "../parts/title.tsx";
import { allDevices, type Place } from "../place.ts";
import { usePortal } from "../portal.ts";
import { platformName } from "./platform-name.ts";

const offered: readonly Platform[] = ["windows", "macos", "ios", "ipados", "android"];

/** How long somebody who types is left alone. */
const TYPING_MS = 200;

/** Intune's devices, searched as one types. The search stands in the address. */
export function DevicesScreen({ place }: { place: Extract<Place, { screen: "devices" }> }) {
  const { texts, go } = usePortal();
  const { t } = texts;
  const { platform } = place;
  const take = (search: string) => go({ ...place, search }, { replace: true });
  const { draft: search, setDraft: setSearch } = useDraft(place.search, take, TYPING_MS);
  const list = useList<DeviceView>(pathWith("/api/devices", { search: place.search, platform }));

  return (
    <>
      <Title>{t("devices.title")}</Title>
      <p class="lead">{t("devices.lead")}</p>
      <search class="filters">
        <Field label={t("devices.search")} hint={t("devices.search.hint")}>
          {(ids) => (
            <input
              {...ids}
              type="search"
              autocomplete="off"
              spellcheck={false}
              maxLength={200}
              value={search}
              onInput={(event) => setSearch(event.currentTarget.value)}
            />
          )}
        </Field>
        <SelectField
          label={t("devices.platform")}
          value={platform}
          options={[["", t("devices.platform.all")], ...offered.map((each) => [each, platformName(each)] as const)]}
          onChange={(chosen) => go({ ...place, search, platform: chosen }, { replace: true })}
        />
      </search>
      {list.problem && <ProblemMessage problem={list.problem} onRetry={list.reload} />}
      {!list.items && list.isLoading && <Loading />}
      {list.items && <Found devices={list.items} hasMore={list.hasMore} isOld={list.isLoading} />}
      <More list={list} />
    </>
  );
}

type FoundProps = { devices: DeviceView[]; hasMore: boolean; isOld: boolean };

function Found({ devices, hasMore, isOld }: FoundProps) {
  const { t } = usePortal().texts;
  const count = devices.length;
  const key = hasMore ? "devices.foundMore" : count === 1 ? "devices.foundOne" : "devices.found";
  return (
    <>
      <p class="quiet" role="status">
        {count > 0 && t(key, { count })}
      </p>
      {count === 0 ? (
        <Message
          intent="info"
          title={t("devices.none")}
          actions={
            <Link to={allDevices} class="button">
              {t("do.clear")}
            </Link>
          }
        >
          <p>{t("devices.noneText")}</p>
        </Message>
      ) : (
        <DeviceTable devices={devices} isOld={isOld} />
      )}
    </>
  );
}

function DeviceTable({ devices, isOld }: { devices: DeviceView[]; isOld: boolean }) {
  const { t, ago, time, maybe } = usePortal().texts;
  return (
    <table class={isOld ? "table is-old" : "table"} aria-busy={isOld}>
      <thead>
        <tr>
          <th scope="col">{t("devices.name")}</th>
          <th scope="col">{t("devices.user")}</th>
          <th scope="col">{t("devices.platform")}</th>
          <th scope="col">{t("devices.owner")}</th>
          <th scope="col">{t("devices.compliance")}</th>
          <th scope="col">{t("devices.lastSync")}</th>
          <th scope="col">{t("devices.help")}</th>
        </tr>
      </thead>
      <tbody>
        {devices.map(({ id, name, userName, platform, osVersion, ownership, compliance, lastSyncAt, eligibility }) => (
          <tr key={id}>
            <th scope="row">
              <Link to={{ screen: "device", id }}>{name.trim() || id}</Link>
            </th>
            <td data-label={t("devices.user")}>{userName ?? t("is.none")}</td>
            <td data-label={t("devices.platform")}>
              {platformName(platform)} {osVersion}
            </td>
            <td data-label={t("devices.owner")}>{t(`owner.${ownership}`)}</td>
            <td data-label={t("devices.compliance")}>{maybe(`compliance.${compliance}`) ?? compliance}</td>
            <td data-label={t("devices.lastSync")} title={time(lastSyncAt)}>
              {ago(lastSyncAt) || t("device.never")}
            </td>
            <td data-label={t("devices.help")}>
              {eligibility.eligible ? (
                <Badge tone="success">{t("devices.ready")}</Badge>
              ) : (
                <>
                  <Badge tone="neutral">{t("devices.blocked")}</Badge>
                  {eligibility.reasons.map(({ code, text }) => (
                    <p key={code} class="hint">
                      {maybe(`eligibility.${code}`) ?? text}
                    </p>
                  ))}
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
