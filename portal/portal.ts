import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { PortalConfig } from "../lib/access/portal-config.ts";
import type { Role } from "../lib/access/principal.ts";
import type { Api } from "./api.ts";
import type { Place } from "./place.ts";
import type { Person } from "./signed-in.ts";
import type { Texts } from "./texts.ts";

/** What every screen has at hand. */
export type Portal = {
  config: PortalConfig;
  texts: Texts;
  api: Api;
  person: Person;
  may: (role: Role) => boolean;
  /** Shows another place; `replace` leaves no step in the browser's history (for filters). */
  go: (place: Place, how?: { replace: boolean }) => void;
  signIn: () => void;
  signOut: () => void;
  /** Names of people and devices by id. */
  names: NameBook;
};

export type NameBook = {
  of: (id: string | undefined) => string | undefined;
  /** Looks up what is not known yet. */
  want: (ids: readonly (string | undefined)[]) => void;
};

export const PortalContext = createContext<Portal | undefined>(undefined);

export function usePortal(): Portal {
  const portal = useContext(PortalContext);
  if (!portal) throw new Error("A screen stands outside of the portal.");
  return portal;
}

/** The words alone, which signed-out pages have, too. */
export const TextsContext = createContext<Texts | undefined>(undefined);

export function useTexts(): Texts {
  const texts = useContext(TextsContext);
  if (!texts) throw new Error("No language was chosen.");
  return texts;
}
