import { Link } from "./parts/link.tsx";
import { Message } from "./parts/message.tsx";
import { Title } from "./parts/title.tsx";
import type { Place } from "./place.ts";
import { usePortal } from "./portal.ts";
import { rolesOf } from "./roles.ts";
import { AuditScreen } from "./screens/audit.tsx";
import { ConnectorScreen } from "./screens/connector.tsx";
import { DeviceScreen } from "./screens/device.tsx";
import { DevicesScreen } from "./screens/devices.tsx";
import { HealthScreen } from "./screens/health.tsx";
import { SessionScreen } from "./screens/session.tsx";
import { SessionsScreen } from "./screens/sessions.tsx";
import { WebhookScreen } from "./screens/webhook.tsx";
import { WebhooksScreen } from "./screens/webhooks.tsx";

/** The screen of a place, or why it is not shown. */
export function ScreenAt({ place }: { place: Place }) {
  const { may, person } = usePortal();
  if (person.roles.length === 0) return <NoRole />;
  const needed = rolesOf[place.screen];
  if (!needed.some(may)) return <NotAllowed role={needed[0] ?? ""} />;
  if (place.screen === "connector") return <ConnectorScreen consent={place.consent} />;
  if (place.screen === "devices") return <DevicesScreen place={place} />;
  if (place.screen === "device") return <DeviceScreen key={place.id} id={place.id} />;
  if (place.screen === "sessions") return <SessionsScreen place={place} />;
  if (place.screen === "session") return <SessionScreen key={place.id} id={place.id} />;
  if (place.screen === "audit") return <AuditScreen place={place} />;
  if (place.screen === "webhooks") return <WebhooksScreen />;
  if (place.screen === "webhook") return <WebhookScreen key={place.id} id={place.id} />;
  if (place.screen === "health") return <HealthScreen />;
  return <Unknown />;
}

function NoRole() {
  const { texts, signOut } = usePortal();
  const { t } = texts;
  return (
    <>
      <Title>{t("signIn.noRole")}</Title>
      <Message
        intent="warning"
        actions={
          <button type="button" class="button" onClick={signOut}>
            {t("nav.signOut")}
          </button>
        }
      >
        <p>{t("signIn.noRoleText")}</p>
      </Message>
    </>
  );
}

function NotAllowed({ role }: { role: string }) {
  const { t } = usePortal().texts;
  return (
    <>
      <Title>{t("problem.not-allowed.title")}</Title>
      <Message intent="warning" actions={<Start />}>
        <p>{t("problem.forbidden", { role })}</p>
      </Message>
    </>
  );
}

function Unknown() {
  const { t } = usePortal().texts;
  return (
    <>
      <Title>{t("unknown.title")}</Title>
      <Message intent="info" actions={<Start />}>
        <p>{t("unknown.text")}</p>
      </Message>
    </>
  );
}

function Start() {
  const { t } = usePortal().texts;
  return (
    <Link to={{ screen: "home" }} class="button">
      {t("unknown.home")}
    </Link>
  );
}
