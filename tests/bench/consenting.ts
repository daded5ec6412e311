import { ask, call } from "../../infra/local/demo/browser.ts";

type Consenting = {
  /** An administrator's access token. */
  token: string;
  app: string;
  teamviewer: string;
};

/** One connecting of TeamViewer, in two steps: all until the browser is on its way back, then what comes after. */
export async function consentUntilCallback({ token, app, teamviewer }: Consenting) {
  const body = { termsVersion: "1", termsAccepted: true };
  const asked = { method: "POST", body };
  const made = await call<{ id: string; startUrl: string }>(`${app}/api/connector/consents`, token, 201, asked);
  const started = await ask(made.startUrl);
  const form = new URLSearchParams(new URL(started.headers.get("location") ?? "").searchParams);
  form.set("decision", "allow");
  const allowed = await ask(`${teamviewer}/oauth2/authorize`, { method: "POST", body: form });
  const cookie = (started.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const back = allowed.headers.get("location") ?? "";
  return {
    /** Where TeamViewer sends the browser. */
    back,
    async comeBack() {
      const { status, text } = await ask(back, { headers: { cookie } });
      if (status !== 200) throw new Error(`The callback answered ${status} ${text.slice(0, 200)}`);
    },
    async confirm() {
      await call(`${app}/api/connector/consents/${made.id}/confirm`, token, 200, { method: "POST" });
    },
  };
}
