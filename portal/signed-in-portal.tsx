import { useEffect, useMemo, useState } from "preact/hooks";
import type { PortalConfig } from "../lib/access/portal-config.ts";
import type { Role } from "../lib/access/principal.ts";
import { makeApi } from "./api.ts";
import { Frame } from "./frame.tsx";
import { useNames } from "./names.ts";
import { addressOf, type Place, placeOf } from "./place.ts";
import { type Portal, PortalContext } from "./portal.ts";
import { homeOf } from "./roles.ts";
import { ScreenAt } from "./screen-at.tsx";
import type { SignedIn } from "./signed-in.ts";
import type { Texts } from "./texts.ts";

type Props = {
  config: PortalConfig;
  texts: Texts;
  signedIn: SignedIn;
  askEntra: (claims?: string) => void;
  signOut: () => void;
};

const placeHere = () => placeOf(location.pathname, new URLSearchParams(location.search));

/** The portal of somebody who signed in: the place they are at, inside the frame. */
export function SignedInPortal({ config, texts, signedIn, askEntra, signOut }: Props) {
  const [place, setPlace] = useState<Place>(placeHere);
  const api = useMemo(() => makeApi(signedIn, askEntra), [signedIn]);
  const names = useNames(api);

  useEffect(() => {
    const moved = () => setPlace(placeHere());
    addEventListener("popstate", moved);
    return () => removeEventListener("popstate", moved);
  }, []);

  const { person } = signedIn;
  const may = (role: Role) => person.roles.includes(role);
  const shown = place.screen === "home" ? homeOf(may) : place;
  const portal: Portal = {
    config,
    texts,
    api,
    person,
    names,
    may,
    go(to, { replace } = { replace: false }) {
      history[replace ? "replaceState" : "pushState"](null, "", addressOf(to));
      setPlace(to);
      if (!replace) scrollTo(0, 0);
    },
    signIn: () => askEntra(),
    signOut,
  };
  return (
    <PortalContext.Provider value={portal}>
      <Frame place={shown}>
        <ScreenAt place={shown} />
      </Frame>
    </PortalContext.Provider>
  );
}
