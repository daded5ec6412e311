import { useEffect, useState } from "preact/hooks";
import { useTexts } from "../portal.ts";

const SHOWN_MS = 3_000;

/** Copies `text`, and says so for a moment. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useTexts();
  const [copies, setCopies] = useState(0);
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (copies === 0) return;
    setShown(true);
    const timer = setTimeout(() => setShown(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copies]);
  const [isRefused, setRefused] = useState(false);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => {
        setRefused(false);
        setCopies((count) => count + 1);
      },
      () => setRefused(true),
    );
  return (
    <>
      <button type="button" class="button" onClick={copy}>
        {label}
      </button>
      <span class="quiet" role="status">
        {isRefused ? t("do.copyYourself") : isShown ? t("do.copied") : ""}
      </span>
    </>
  );
}
