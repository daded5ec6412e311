import type { SessionView } from "../../../lib/sessions/session.ts";
import { CopyButton } from "../../parts/copy-button.tsx";
import { OutLink } from "../../parts/link.tsx";
import { QrCode } from "../../parts/qr-code.tsx";
import { usePortal } from "../../portal.ts";

/** How supporter and user come together: the match code, the supporter's link, the user's link and its QR code. */
export function Joining({ session }: { session: SessionView }) {
  const { texts, person } = usePortal();
  const { t } = texts;
  const { matchCode, supporterUrl, endCustomerUrl, requestedBy } = session;
  return (
    <div class="joining">
      <section class="card" aria-label={t("session.matchCode")}>
        <h2>{t("session.matchCode")}</h2>
        <p class="match-code">{matchCode}</p>
        {supporterUrl && (
          <OutLink href={supporterUrl} class="button primary" label={t("link.newTab")}>
            {t("session.supporter")}
          </OutLink>
        )}
        {!supporterUrl && requestedBy !== person.id && <p class="quiet">{t("session.supporterOther")}</p>}
      </section>
      {endCustomerUrl && (
        <section class="card" aria-label={t("session.endCustomer")}>
          <h2>{t("session.endCustomer")}</h2>
          <div class="pass-on">
            <QrCode text={endCustomerUrl} label={t("session.qr")} />
            <div>
              <p class="quiet">{t("session.endCustomer.hint")}</p>
              <p class="address">{endCustomerUrl}</p>
              <CopyButton text={endCustomerUrl} label={t("session.copyLink")} />
            </div>
          </div>
        </section>
      )}
    </div>
  );
}
