import { useEffect } from "preact/hooks";

/**
 * When what has the focus goes away (a button that did its work, a question that was answered), the focus goes to the heading
 * of the dialog or screen that stands, so that a keyboard or a screen reader is never left nowhere.
 */
export function useKeptFocus() {
  useEffect(() => {
    let last: EventTarget | null = null;
    const remember = ({ target }: FocusEvent) => {
      last = target;
    };
    const look = () => {
      const isLost = document.activeElement === document.body && last instanceof Element && !last.isConnected;
      if (!isLost) return;
      last = null;
      const heading = document.querySelector<HTMLElement>("dialog[open] h2") ?? document.querySelector("main h1");
      if (heading instanceof HTMLElement) heading.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true });
    document.addEventListener("focusin", remember);
    return () => {
      observer.disconnect();
      document.removeEventListener("focusin", remember);
    };
  }, []);
}
