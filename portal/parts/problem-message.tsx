import { allDevices, allSessions, type Place } from "../place.ts";
import { usePortal } from "../portal.ts";
import type { Problem } from "../problem.ts";
import type { TextKey } from "../texts.ts";
import { Link } from "./link.tsx";
import { Message } from "./message.tsx";

type Props = {
  problem: Problem;
  /** The role that would have been needed, for `forbidden`. */
  needs?: string | undefined;
  onRetry?: (() => void) | undefined;
};

const connector = { screen: "connector", consent: undefined } as const;

/** Where a problem can be mended. */
const waysOut: Record<string, { to: Place; key: TextKey }> = {
  "connector-not-connected": { to: connector, key: "problem.goto.connector" },
  "connector-needs-consent": { to: connector, key: "problem.goto.connector" },
  "consent-expired": { to: connector, key: "problem.goto.connector" },
  "consent-not-found": { to: connector, key: "problem.goto.connector" },
  "device-not-found": { to: allDevices, key: "problem.goto.devices" },
  "device-not-eligible": { to: allDevices, key: "problem.goto.devices" },
  "session-not-found": { to: allSessions, key: "problem.goto.sessions" },
  "licence-limit": { to: allSessions, key: "problem.goto.sessions" },
  "webhook-not-found": { to: { screen: "webhooks" }, key: "problem.goto.webhooks" },
  "upstream-invalid": { to: { screen: "health" }, key: "problem.goto.health" },
};

const MENDED_BY_WAITING = [
  "offline",
  "connector-changed",
  "request-in-progress",
  "too-many-requests",
  "upstream-unavailable",
  "upstream-timeout",
  "internal-error",
];

/** What went wrong and the next step, in the reader's words; of codes that the portal does not know, in the API's. */
export function ProblemMessage({ problem, needs = "RemoteAssistance.Request", onRetry }: Props) {
  const { texts, signIn } = usePortal();
  const { t, maybe, span } = texts;
  const { code, message, reasons, retryAfterSeconds } = problem;
  const known = maybe(`problem.${code}`, { role: needs, wait: span(retryAfterSeconds) });
  const said = known ?? message;
  const wayOut = Object.hasOwn(waysOut, code) ? waysOut[code] : undefined;
  // The API's own detail names what an administrator has to grant.
  const detail = code === "upstream-invalid" || code === "forbidden" ? message : undefined;
  return (
    <Message
      intent="error"
      title={t("problem.title")}
      actions={
        <>
          {code === "signed-out" && (
            <button type="button" class="button" onClick={signIn}>
              {t("signIn.title")}
            </button>
          )}
          {code === "forbidden" && (
            <button type="button" class="button" onClick={signIn}>
              {t("signIn.again")}
            </button>
          )}
          {onRetry && (!known || MENDED_BY_WAITING.includes(code)) && (
            <button type="button" class="button" onClick={onRetry}>
              {t("do.tryAgain")}
            </button>
          )}
          {code === "unexpected" && (
            <button type="button" class="button" onClick={() => location.reload()}>
              {t("do.reload")}
            </button>
          )}
          {wayOut && (
            <Link to={wayOut.to} class="button">
              {t(wayOut.key)}
            </Link>
          )}
        </>
      }
    >
      <p>{said}</p>
      {detail && detail !== said && <p class="quiet">{detail}</p>}
      {reasons.length > 0 && (
        <ul>
          {reasons.map((reason) => (
            <li key={reason.code}>{maybe(`eligibility.${reason.code}`) ?? reason.text}</li>
          ))}
        </ul>
      )}
    </Message>
  );
}
