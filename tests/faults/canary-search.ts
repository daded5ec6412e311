import type { Surroundings } from "../../infra/local/surroundings.ts";

/** Texts that must not get about, by what they are; and what was written where, by place. */
export type Canaries = Map<string, Set<string>>;
export type Places = Map<string, string[]>;
export type Hit = { canary: string; place: string; count: number; example: string };

export function add<T>(into: Map<string, T[]> | Map<string, Set<T>>, key: string, ...values: T[]): void {
  const known = into.get(key);
  if (Array.isArray(known)) known.push(...values);
  else if (known) for (const value of values) known.add(value);
  else throw new Error(`Nothing is called ${key}`);
}

/** Where `canaries` stand in `places`, as they are or in a usual disguise; one count for each text of a place that holds one. */
export function search(canaries: Canaries, places: Places): Hit[] {
  return [...canaries].flatMap(([canary, texts]) => {
    const disguised = [...texts].flatMap(disguisesOf);
    return [...places].flatMap(([place, written]) => {
      const holding = written.flatMap((text) => {
        const found = disguised.find((each) => text.includes(each));
        return found === undefined ? [] : [text.slice(Math.max(0, text.indexOf(found) - 200)).slice(0, 500)];
      });
      return holding.length === 0 ? [] : [{ canary, place, count: holding.length, example: holding[0] ?? "" }];
    });
  });
}

/** The text itself, and as JSON, an address, a page, hex or base64 would write it. */
export function disguisesOf(text: string): string[] {
  const html = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  const plain = [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), html];
  // In base64 three letters become four: what stands before the text decides how it looks, its ends are mixed with others.
  const base64 = [0, 1, 2].map((shift) => {
    const written = Buffer.from(`${"-".repeat(shift)}${text}`).toString("base64");
    return written.slice(shift === 0 ? 0 : 4, -4).replace(/=+$/, "");
  });
  const urlSafe = base64.map((each) => each.replaceAll("+", "-").replaceAll("/", "_"));
  const long = [...base64, ...urlSafe, Buffer.from(text).toString("hex")].filter((each) => each.length >= 10);
  return [...new Set([...plain, ...long])];
}

/** The secrets of a run that are known only afterwards, from what the services were asked and hold. */
export function learnSecrets(canaries: Canaries, { entra, vault, graph, teamviewer }: Surroundings): void {
  for (const { method, path, body } of vault.journal) {
    // The first call of a process goes out without a body and is told where to get a token.
    if (method === "PUT" && path.startsWith("/secrets/wh-") && body !== "") {
      const { current } = JSON.parse((JSON.parse(body) as { value: string }).value) as { current: string };
      add(canaries, "webhook secret", current, current.replace("whsec_", ""));
    }
    if (method === "PUT" && path.startsWith("/secrets/in-") && body !== "") {
      const { current } = JSON.parse((JSON.parse(body) as { value: string }).value) as { current: string };
      add(canaries, "source secret", current, current.replace("whsec_", ""));
    }
    if (method !== "PUT" || !path.startsWith("/secrets/tv-")) continue;
    const { accessToken, refreshToken } = JSON.parse((JSON.parse(body) as { value: string }).value) as {
      accessToken: string;
      refreshToken: string;
    };
    add(canaries, "TeamViewer access token", accessToken);
    add(canaries, "TeamViewer refresh token", refreshToken);
  }
  for (const { path, method, query, body } of teamviewer.journal) {
    const form = new URLSearchParams(body);
    const code = path.endsWith("/oauth2/token") ? form.get("code") : null;
    const state = path === "/oauth2/authorize" ? (form.get("state") ?? (method === "GET" ? query.state : null)) : null;
    if (code) add(canaries, "authorization code", code);
    if (state) add(canaries, "state", state);
  }
  for (const { headers, path } of [...vault.journal, ...graph.journal]) {
    const token = headers.authorization?.replace(/^Bearer /, "");
    const name = path.includes("getEffectivePermissions") ? "on-behalf-of token" : "managed-identity token";
    if (token) add(canaries, name, token, token.split(".").at(-1) ?? token);
  }
  for (const { body } of entra.journal) {
    const assertion = new URLSearchParams(body).get("client_assertion");
    if (assertion) add(canaries, "token-exchange assertion", assertion, assertion.split(".").at(-1) ?? assertion);
  }
  for (const { code, end_customer_link, supporter_link } of teamviewer.sessions()) {
    add(canaries, "session code", code);
    add(canaries, "end-customer link", end_customer_link);
    add(canaries, "supporter link", supporter_link.slice(end_customer_link.length));
  }
  for (const { body } of graph.notifications()) {
    const token = /\/h\/([\w-]{43})/.exec(body)?.[1];
    if (token) add(canaries, "answer token", token);
  }
}

/** What the product asked the services around it; what browsers asked of TeamViewer's sign-in page is left out. */
export function addJournals(
  places: Places,
  { entra, graph, teamviewer, vault, identity, storage }: Surroundings,
): void {
  for (const { name, journal } of [entra, graph, teamviewer, vault, identity]) {
    for (const { path, method, query, headers, body } of journal) {
      if (path.startsWith("/oauth2/authorize")) continue;
      const asked = `${path}?${new URLSearchParams(query)}`;
      add(places, `addresses at ${name.toLowerCase()}`, `${method} ${decodeURIComponent(asked)} ${asked}`);
      add(places, `asked of ${name.toLowerCase()}`, `${JSON.stringify(headers)} ${body} ${decode(body)}`);
    }
  }
  add(places, "addresses at storage", ...storage.journal.calls.map(({ path }) => path));
}

/** A form or a JSON text within JSON, once more as people read it. */
function decode(body: string): string {
  try {
    return decodeURIComponent(body.replaceAll("+", " ")).replaceAll('\\"', '"');
  } catch {
    return "";
  }
}
