/** Where in the portal somebody is: what the address says. */
export type Place =
  | { screen: "home" }
  | { screen: "connector"; consent: string | undefined }
  | { screen: "devices"; search: string; platform: string }
  | { screen: "device"; id: string }
  | { screen: "sessions"; state: string; device: string; mine: boolean }
  | { screen: "session"; id: string }
  | { screen: "audit"; from: string; to: string; action: string; actor: string; device: string; session: string }
  | { screen: "webhooks" }
  | { screen: "webhook"; id: string }
  | { screen: "health" }
  | { screen: "unknown" };
export type Screen = Place["screen"];

/** The lists, without any filter. */
export const allDevices = { screen: "devices", search: "", platform: "" } as const;
export const allSessions = { screen: "sessions", state: "", device: "", mine: false } as const;
export const wholeAudit = {
  screen: "audit",
  from: "",
  to: "",
  action: "",
  actor: "",
  device: "",
  session: "",
} as const;

/** The place that an address names. Whatever is odd about it is an unknown place, never an error. */
export function placeOf(path: string, query: URLSearchParams): Place {
  const [, root, screen = "", id = "", ...rest] = path.replace(/\/$/, "").split("/");
  const of = (name: string) => query.get(name) ?? "";
  if (root !== "portal" || rest.length > 0) return { screen: "unknown" };
  if (screen === "") return { screen: "home" };
  if (id !== "") return placeOfOne(screen, id);
  if (screen === "connector") return { screen, consent: query.get("consent") ?? undefined };
  if (screen === "devices") return { screen, search: of("search"), platform: of("platform") };
  if (screen === "sessions") return { screen, state: of("state"), device: of("device"), mine: of("mine") === "yes" };
  if (screen === "audit") {
    const { action, actor, device, session } = Object.fromEntries(
      ["action", "actor", "device", "session"].map((name) => [name, of(name)]),
    ) as Record<"action" | "actor" | "device" | "session", string>;
    return { screen, from: dayOf(of("from")), to: dayOf(of("to")), action, actor, device, session };
  }
  return screen === "health" || screen === "webhooks" ? { screen } : { screen: "unknown" };
}

/** A day such as 2026-11-22, or nothing. */
function dayOf(text: string): string {
  const at = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && at.getTime() && at.toISOString().startsWith(text) ? text : "";
}

function placeOfOne(screen: string, id: string): Place {
  try {
    const decoded = decodeURIComponent(id);
    if (screen === "devices") return { screen: "device", id: decoded };
    if (screen === "sessions") return { screen: "session", id: decoded };
    if (screen === "webhooks") return { screen: "webhook", id: decoded };
  } catch {
    // Not percent-encoded UTF-8: no address of ours.
  }
  return { screen: "unknown" };
}

/** The address of a place; filters that say nothing are left out. */
export function addressOf(place: Place): string {
  const { screen, ...rest } = place as { screen: Screen } & Record<string, string | boolean | undefined>;
  if (screen === "home" || screen === "unknown") return "/portal";
  if (screen === "device" || screen === "session" || screen === "webhook")
    return `/portal/${screen}s/${encodeURIComponent(String(rest.id))}`;
  const given = Object.entries(rest).flatMap(([name, value]): [string, string][] => {
    if (!value) return [];
    return [[name, value === true ? "yes" : value]];
  });
  return given.length > 0 ? `/portal/${screen}?${new URLSearchParams(given)}` : `/portal/${screen}`;
}
