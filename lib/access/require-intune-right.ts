import { hasIntuneRight, missingIntuneRight } from "./intune-rights.ts";
import type { IntuneActionsOf } from "./ports.ts";
import type { Principal, Role } from "./principal.ts";

type Deps = { intuneActionsOf: IntuneActionsOf; now: () => Date };
type Known = { actions: readonly string[]; atMs: number };

/** A right that is taken away counts no longer than this. */
const GRANTED_MS = 5 * 60_000;
/** Somebody who was just given a right does not wait long for it. */
const DENIED_MS = 60_000;
const MOST_PEOPLE = 10_000;

/**
 * Lets people pass whose Intune rights bear out the app role that let them in; else throws `forbidden`, and what
 * `intuneActionsOf` throws when nobody can tell. Applications have no rights in Intune: their app role decides alone.
 */
export function makeRequireIntuneRight({ intuneActionsOf, now }: Deps) {
  // All people are of the one tenant we serve, so their object id tells them apart.
  const people = new Map<string, Known>();
  const running = new Map<string, Promise<Known>>();

  const isKnownFor = (known: Known | undefined, ms: number): known is Known =>
    known !== undefined && Math.abs(now().getTime() - known.atMs) < ms;

  async function ask(id: string, userToken: string): Promise<Known> {
    const atMs = now().getTime();
    const known = { actions: await intuneActionsOf(userToken), atMs };
    people.delete(id);
    const [oldest] = people.keys();
    if (people.size >= MOST_PEOPLE && oldest !== undefined) people.delete(oldest);
    people.set(id, known);
    return known;
  }

  function askOnce(id: string, userToken: string): Promise<Known> {
    const asking = running.get(id) ?? ask(id, userToken).finally(() => running.delete(id));
    running.set(id, asking);
    return asking;
  }

  return async (principal: Principal, allowed: readonly Role[], userToken: string): Promise<void> => {
    if (principal.kind !== "person") return;
    const known = people.get(principal.id);
    const isGranted = ({ actions }: Known) => hasIntuneRight(principal, allowed, actions);
    if (isKnownFor(known, GRANTED_MS) && isGranted(known)) return;
    if (isKnownFor(known, DENIED_MS) || !isGranted(await askOnce(principal.id, userToken)))
      throw missingIntuneRight(principal, allowed);
  };
}
