import type { ComponentChildren } from "preact";

type Props = {
  intent: "info" | "success" | "warning" | "error";
  title?: string | undefined;
  children?: ComponentChildren;
  actions?: ComponentChildren;
};

/** A message bar in place. Errors interrupt a screen reader, everything else waits its turn. */
export function Message({ intent, title, children, actions }: Props) {
  return (
    <div class={`message message-${intent}`} role={intent === "error" ? "alert" : "status"}>
      <span class="message-icon" aria-hidden="true">
        {{ info: "i", success: "✓", warning: "!", error: "✕" }[intent]}
      </span>
      <div class="message-text">
        {title && <p class="message-title">{title}</p>}
        {children}
      </div>
      {actions && <div class="message-actions">{actions}</div>}
    </div>
  );
}
