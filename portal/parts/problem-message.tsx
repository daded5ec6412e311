import type { Place } from "../place.ts";
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

/** Where a problem can be mended. */
const waysOut: Record<string, { to: Place; key: TextKey }> = {
  "connector-not-connected": { to: { screen: "connector", consent: undefined }, key: "problem.goto.connector" },
  "connector-needs-consent": { to: { screen: "connector", consent: undefined }, key: "problem.goto.connector" },
  "device-not-found": { to: { screen: "devices", search: "", platform: "" }, key: "problem.goto.devices" },
  "session-not-found": { to: { screen: "sessions", state: "", device: "", mine: false }, key: "problem.goto.sessions" },
  "licence-limit": { to: { screen: "sessions", state: "", device: "", mine: false }, key: "problem.goto.sessions" },
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
  const said = maybe(`problem.${code}`, { role: needs, wait: span(retryAfterSeconds) }) ?? message;
  const wayOut = waysOut[code];
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
          {onRetry && MENDED_BY_WAITING.includes(code) && (
            <button type="button" class="button" onClick={onRetry}>
              {t("do.tryAgain")}
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
