import type { SessionState } from "../../lib/sessions/session.ts";
import { useTexts } from "../portal.ts";

export type Tone = "neutral" | "brand" | "success" | "warning" | "danger";

/** A short word about a state; its colour says nothing that the word does not. */
export function Badge({ tone, children }: { tone: Tone; children: string }) {
  return <span class={`badge badge-${tone}`}>{children}</span>;
}

const tones: Record<SessionState, Tone> = {
  requested: "neutral",
  open: "brand",
  accepted: "success",
  declined: "danger",
  inProgress: "success",
  closed: "neutral",
  expired: "warning",
  failed: "danger",
};

/** In the order in which a session goes through them. */
export const sessionStates = Object.keys(tones) as SessionState[];

export function StateBadge({ state }: { state: SessionState }) {
  const { t } = useTexts();
  return <Badge tone={tones[state]}>{t(`session.state.${state}`)}</Badge>;
}
