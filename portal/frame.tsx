import { Component, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useKeptFocus } from "./kept-focus.ts";
import { Icon, type IconName } from "./parts/icon.tsx";
import { Link } from "./parts/link.tsx";
import { Message } from "./parts/message.tsx";
import { allDevices, allSessions, type Place, wholeAudit } from "./place.ts";
import { usePortal, useTexts } from "./portal.ts";
import { rolesOf } from "./roles.ts";

type Entry = { to: Place; key: IconName; also: Place["screen"] };

const entries: readonly Entry[] = [
  { to: allDevices, key: "devices", also: "device" },
  { to: allSessions, key: "sessions", also: "session" },
  { to: { screen: "connector", consent: undefined }, key: "connector", also: "connector" },
  { to: wholeAudit, key: "audit", also: "audit" },
  { to: { screen: "webhooks" }, key: "webhooks", also: "webhook" },
  { to: { screen: "health" }, key: "health", also: "health" },
];

/** What stands around every screen: product, who is signed in, where one can go. */
export function Frame({ place, children }: { place: Place; children: ComponentChildren }) {
  const { texts, config, person, may, signOut } = usePortal();
  const { t } = texts;
  const isOnline = useOnline();
  useKeptFocus();
  return (
    <>
      <a class="skip" href="#content">
        {t("nav.skip")}
      </a>
      <header class="bar">
        <Link to={{ screen: "home" }} class="bar-product">
          {t("product.name")}
        </Link>
        <span class="bar-organization">{config.organization}</span>
        <span class="bar-person">
          <span class="visually-hidden">{t("nav.signedInAs", { name: "" })}</span>
          {person.name}
        </span>
        <button type="button" class="bar-button" onClick={signOut}>
          {t("nav.signOut")}
        </button>
      </header>
      <div class="sides">
        <nav class="nav" aria-label={t("nav.label")}>
          <ul>
            {entries
              .filter(({ key }) => rolesOf[key].some(may))
              .map(({ to, key, also }) => (
                <li key={key}>
                  <Link to={to} isCurrent={place.screen === key || place.screen === also}>
                    <Icon name={key} />
                    {t(`nav.${key}`)}
                  </Link>
                </li>
              ))}
          </ul>
        </nav>
        <main id="content" class="content" tabIndex={-1}>
          {!isOnline && (
            <Message intent="warning">
              <p>{t("offline.banner")}</p>
            </Message>
          )}
          <Unbroken key={place.screen}>{children}</Unbroken>
        </main>
      </div>
    </>
  );
}

function useOnline(): boolean {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return isOnline;
}

/** A bug in a screen leaves the frame standing, and says what to do. */
class Unbroken extends Component<{ children: ComponentChildren }, { isBroken: boolean }> {
  override state = { isBroken: false };
  static override getDerivedStateFromError() {
    return { isBroken: true };
  }
  override render() {
    return this.state.isBroken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { t } = useTexts();
  return (
    <Message
      intent="error"
      title={t("problem.title")}
      actions={
        <button type="button" class="button" onClick={() => location.reload()}>
          {t("do.tryAgain")}
        </button>
      }
    >
      <p>{t("problem.unexpected")}</p>
    </Message>
  );
}
