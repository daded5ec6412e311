import { useEffect, useState } from "preact/hooks";
import type { PortalConfig } from "../lib/access/portal-config.ts";
import { Loading } from "./parts/loading.tsx";
import { Message } from "./parts/message.tsx";
import { TextsContext } from "./portal.ts";
import { type Problem, problemOf } from "./problem.ts";
import type { SignIn } from "./sign-in.ts";
import type { SignedIn } from "./signed-in.ts";
import { SignedInPortal } from "./signed-in-portal.tsx";
import type { Texts } from "./texts.ts";

type Props = { config: PortalConfig; signIn: SignIn; texts: Texts };
type Standing = { is: "out"; problem?: Problem } | { is: "working" } | { is: "in"; signedIn: SignedIn };

const here = () => location.pathname + location.search;

/** Who is not signed in is asked to; who was a moment ago (a reload, the way back from TeamViewer) is signed in without a question. */
export function Entrance({ config, signIn, texts }: Props) {
  const [standing, setStanding] = useState<Standing>({ is: "working" });

  useEffect(() => {
    const answer = signIn.answerInAddress();
    const enter = async () => {
      if (!answer && !signIn.wasSignedIn()) return setStanding({ is: "out" });
      if (!answer) return signIn.start({ returnTo: here(), isSilent: true });
      const signedIn = await signIn.finish(answer);
      setStanding(signedIn === "declined" ? { is: "out" } : { is: "in", signedIn });
    };
    enter().catch((error: unknown) => setStanding({ is: "out", problem: problemOf(error) }));
  }, [signIn]);

  const askEntra = (claims?: string) => {
    setStanding({ is: "working" });
    signIn
      .start({ returnTo: here(), ...(claims ? { claims } : {}) })
      .catch((error: unknown) => setStanding({ is: "out", problem: problemOf(error) }));
  };

  return (
    <TextsContext.Provider value={texts}>
      {standing.is === "in" ? (
        <SignedInPortal
          config={config}
          texts={texts}
          signedIn={standing.signedIn}
          askEntra={askEntra}
          signOut={signIn.signOut}
        />
      ) : (
        <SignedOut texts={texts} config={config} standing={standing} onSignIn={() => askEntra()} />
      )}
    </TextsContext.Provider>
  );
}

type OutProps = { texts: Texts; config: PortalConfig; standing: Standing; onSignIn: () => void };

function SignedOut({ texts: { t, maybe }, config, standing, onSignIn }: OutProps) {
  const problem = standing.is === "out" ? standing.problem : undefined;
  useEffect(() => {
    document.title = `${t("signIn.title")} · ${t("product.name")}`;
  }, [t]);
  return (
    <main class="entrance">
      <div class="card">
        <p class="quiet">{config.organization}</p>
        <h1>{t("product.long")}</h1>
        {standing.is === "working" ? (
          <Loading />
        ) : (
          <>
            <p>{t("signIn.text")}</p>
            {problem && (
              <Message intent="error" title={t("problem.title")}>
                <p>{maybe(`problem.${problem.code}`) ?? t("signIn.failed")}</p>
                {problem.message && <p class="quiet">{problem.message}</p>}
              </Message>
            )}
            <button type="button" class="button primary" onClick={onSignIn}>
              {t("signIn.button")}
            </button>
          </>
        )}
      </div>
    </main>
  );
}
