import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useTexts } from "../portal.ts";

type Props = { children: string; aside?: ComponentChildren };

/** The heading of a screen. It is the page's title, too, and takes the focus when the screen is opened, so that it is read out. */
export function Title({ children, aside }: Props) {
  const { t } = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · ${t("product.name")}`;
  }, [children, t]);
  useLayoutEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div class="title">
      <h1 ref={heading} tabIndex={-1}>
        {children}
      </h1>
      {aside}
    </div>
  );
}
