import { useState } from "preact/hooks";
import type { DeviceView } from "../../lib/devices/device.ts";
import { useLoad } from "../load.ts";
import { Facts } from "../parts/facts.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { Message } from "../parts/message.tsx";
import { ProblemMessage } from "../parts/problem-message.tsx";
import { Title } from "../parts/title.tsx";
import { usePortal } from "../portal.ts";
import { platformName } from "./platform-name.ts";
import { StartDialog } from "./session/start-dialog.tsx";

/** One device: what is known of it, whether it can be helped, and the way to a session. */
export function DeviceScreen({ id }: { id: string }) {
  const { texts, api } = usePortal();
  const { t } = texts;
  const path = `/api/devices/${encodeURIComponent(id)}`;
  const {
    value: device,
    problem,
    isLoading,
    reload,
  } = useLoad(path, (signal) => api.call<DeviceView>(path, { signal }));
  const [isStarting, setStarting] = useState(false);
  return (
    <>
      <Title>{device?.name.trim() || t("devices.name")}</Title>
      {problem && <ProblemMessage problem={problem} onRetry={reload} />}
      {!device && isLoading && <Loading />}
      {device && (
        <>
          <div class="commands">
            {device.eligibility.eligible && (
              <button type="button" class="button primary" onClick={() => setStarting(true)}>
                {t("device.start")}
              </button>
            )}
            <Link to={{ screen: "sessions", state: "", device: id, mine: false }} class="button">
              {t("device.sessions")}
            </Link>
          </div>
          <Eligibility device={device} />
          <Checks device={device} />
          <section class="card" aria-label={device.name.trim() || t("devices.name")}>
            <About device={device} />
          </section>
          {isStarting && <StartDialog device={device} onClose={() => setStarting(false)} />}
        </>
      )}
    </>
  );
}

function Eligibility({ device: { eligibility } }: { device: DeviceView }) {
  const { t, maybe } = usePortal().texts;
  const { eligible, reasons } = eligibility;
  if (reasons.length === 0) return null;
  return (
    <Message intent="warning" title={eligible ? undefined : t("device.notEligible")}>
      {reasons.map(({ code, text }) => (
        <p key={code}>{maybe(`eligibility.${code}`) ?? text}</p>
      ))}
    </Message>
  );
}

/** What a request would meet now besides eligibility, which is told above, and channels, which are told below. */
function Checks({ device: { checks = [], eligibility } }: { device: DeviceView }) {
  const { maybe, span } = usePortal().texts;
  const told = ["no-channel", ...eligibility.reasons.map(({ code }) => String(code))];
  const untold = checks.filter(({ code }) => !told.includes(code));
  if (untold.length === 0) return null;
  return (
    <Message intent="warning">
      {untold.map(({ code, severity, text, remedy, retryAfterSeconds }) => {
        const known = severity === "warning" ? maybe(`check.${code}`) : undefined;
        return (
          <p key={code}>
            {known ?? maybe(`problem.${code}`, { wait: span(retryAfterSeconds) }) ?? `${text} ${remedy}`}
          </p>
        );
      })}
    </Message>
  );
}

function About({ device }: { device: DeviceView }) {
  const { t, ago, time, maybe } = usePortal().texts;
  const { userName, userPrincipalName, platform, osVersion, manufacturer, model, eligibility } = device;
  const channels = eligibility.channels.map((channel) => t(`channel.${channel}`)).join(", ");
  return (
    <Facts
      facts={[
        [t("devices.user"), userName ?? t("is.none")],
        [t("device.account"), userPrincipalName],
        [t("device.os"), `${platformName(platform)} ${osVersion}`.trim()],
        [t("device.model"), `${manufacturer} ${model}`.trim()],
        [t("device.serial"), device.serialNumber],
        [t("devices.owner"), t(`owner.${device.ownership}`)],
        [t("devices.compliance"), maybe(`compliance.${device.compliance}`) ?? device.compliance],
        [
          t("devices.lastSync"),
          device.lastSyncAt ? `${ago(device.lastSyncAt)} (${time(device.lastSyncAt)})` : t("device.never"),
        ],
        [t("device.channels"), eligibility.eligible ? channels || t("device.noChannel") : undefined],
      ]}
    />
  );
}
