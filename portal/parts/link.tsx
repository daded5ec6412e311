import type { ComponentChildren } from "preact";
import { addressOf, type Place } from "../place.ts";
import { usePortal } from "../portal.ts";

type Props = { to: Place; class?: string; isCurrent?: boolean; children: ComponentChildren };

/** A link to a place of the portal: opens in a new tab when asked to, like every link. */
export function Link({ to, class: className, isCurrent = false, children }: Props) {
  const { go } = usePortal();
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={addressOf(to)} class={className} aria-current={isCurrent ? "page" : undefined} onClick={follow}>
      {children}
    </a>
  );
}

type OutProps = { href: string; class?: string; children: ComponentChildren; label: string };

/** A link that leaves the portal, in a new tab that learns nothing of this one. `label` says that it is a new tab. */
export function OutLink({ href, class: className, children, label }: OutProps) {
  return (
    <a href={href} class={className} target="_blank" rel="noopener noreferrer">
      {children}
      <span class="visually-hidden"> ({label})</span>
    </a>
  );
}
