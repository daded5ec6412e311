import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

type Props = { title: string; children: ComponentChildren; onClose: () => void };

/**
 * A modal dialog: the browser keeps the focus in it, Escape closes it, and the focus goes back to where it came from. It opens
 * at its heading, so that it is read first and a second Enter does nothing; a form says by `autofocus` where it begins.
 */
export function Dialog({ title, children, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  // What Escape does is done at once: `close` comes a moment later, when the next key may have been pressed.
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  // A dialog that has made way for another one closes a moment later, and has no say any more.
  const closed = () => dialog.current && onClose();
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onCancel={cancel} onClose={closed}>
      <h2 id={id} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </dialog>
  );
}
