import { useState } from "preact/hooks";
import { pathWith } from "../../api.ts";
import { useAction } from "../../load.ts";
import { ProblemMessage } from "../../parts/problem-message.tsx";
import { usePortal } from "../../portal.ts";

type Props = { query: Record<string, string | undefined> };

const ENTRIES_AT_ONCE = "2000";

/** Saves all that fits the filters as a file. The token travels in a header, so the file is fetched first and then saved. */
export function Export({ query }: Props) {
  const { texts, api } = usePortal();
  const { t } = texts;
  const [isSaved, setSaved] = useState(false);
  const { run, isRunning, problem } = useAction(async (format: "csv" | "ndjson") => {
    setSaved(false);
    save(await api.download(pathWith("/api/audit", { ...query, format, top: ENTRIES_AT_ONCE })), `audit.${format}`);
    setSaved(true);
  });
  return (
    <>
      <div class="commands">
        {(["csv", "ndjson"] as const).map((format) => (
          <button key={format} type="button" class="button" aria-disabled={isRunning} onClick={() => run(format)}>
            {t(`audit.export.${format}`)}
          </button>
        ))}
        <span class="quiet" role="status">
          {isRunning ? t("audit.exporting") : isSaved ? t("audit.exported") : ""}
        </span>
      </div>
      {problem && <ProblemMessage problem={problem} needs="RemoteAssistance.Read" />}
    </>
  );
}

function save(content: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
