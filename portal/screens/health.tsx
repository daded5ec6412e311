import type { Health } from "../../lib/connector/health.ts";
import { useLoad } from "../load.ts";
import { Badge } from "../parts/badge.tsx";
import { Loading } from "../parts/loading.tsx";
import { Message } from "../parts/message.tsx";
import { ProblemMessage } from "../parts/problem-message.tsx";
import { Title } from "../parts/title.tsx";
import { usePortal } from "../portal.ts";

/** Each dependency, what is missing, and what to do about it. */
export function HealthScreen() {
  const { texts, api } = usePortal();
  const { t } = texts;
  const {
    value: health,
    problem,
    isLoading,
    reload,
  } = useLoad("health", (signal) => api.call<Health>("/api/health", { signal }));
  return (
    <>
      <Title>{t("health.title")}</Title>
      {problem && <ProblemMessage problem={problem} onRetry={reload} />}
      {!health && isLoading && <Loading />}
      {health && (
        <>
          <Message
            intent={health.status === "ok" ? "success" : "warning"}
            actions={
              <button type="button" class="button" aria-disabled={isLoading} onClick={reload}>
                {t("health.again")}
              </button>
            }
          >
            <p>{t(`health.${health.status}`)}</p>
          </Message>
          {health.dependencies ? (
            <Dependencies dependencies={health.dependencies} />
          ) : (
            <p class="quiet">{t("health.onlyRead")}</p>
          )}
        </>
      )}
    </>
  );
}

function Dependencies({ dependencies }: { dependencies: NonNullable<Health["dependencies"]> }) {
  const { t, maybe } = usePortal().texts;
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{t("health.dependency")}</th>
          <th scope="col">{t("health.status")}</th>
          <th scope="col">{t("health.remedy")}</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(dependencies).map(([name, { status, detail }]) => (
          <tr key={name}>
            <th scope="row">{maybe(`health.of.${name}`) ?? name}</th>
            <td data-label={t("health.status")}>
              <Badge tone={status === "ok" ? "success" : "danger"}>{t(`health.status.${status}`)}</Badge>
            </td>
            <td data-label={t("health.remedy")}>{detail ?? ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
