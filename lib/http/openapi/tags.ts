type Tag = { name: string; description: string };

/** What routes are about, by the segment that tells it; the order is that of the document. */
const tags: Record<string, Tag> = {
  connector: {
    name: "Connector",
    description: "Connect TeamViewer once, by its own consent page; look at the connection; end it.",
  },
  devices: { name: "Devices", description: "Find Intune's devices, and learn whether they can be helped." },
  sessions: { name: "Sessions", description: "Ask for a session, follow it, ask its user again, close it." },
  webhooks: {
    name: "Webhooks",
    description: "Be told what happens: signed CloudEvents, each delivered until it is taken.",
  },
  inbound: { name: "Inbound", description: "For systems that cannot get a token: signed calls of registered sources." },
  audit: { name: "Audit", description: "Who did what, by ids; seals to check it by." },
  reports: { name: "Reports", description: "What sessions came to, with the connections that TeamViewer saw." },
  h: { name: "Answer page", description: "What the user of a device sees; its address is the key." },
  about: { name: "About", description: "Health, this document, the pages." },
};

const sameAs: Record<string, string> = { names: "devices", "inbound-sources": "inbound" };
const aboutSegments = ["health", "openapi.json", "reference", "portal", ""];

/** The tag of a path: by the segment after `/api`, else by the first one. */
export function tagOf(path: string): Tag {
  const segments = path.split("/").slice(1);
  const segment = (segments[0] === "api" ? segments[1] : segments[0]) ?? "";
  const known = tags[aboutSegments.includes(segment) ? "about" : (sameAs[segment] ?? segment)];
  const name = `${segment.slice(0, 1).toUpperCase()}${segment.slice(1)}`;
  return known ?? { name, description: `What is below /${segments.slice(0, 2).join("/")}.` };
}

/** The tags of all `paths`, each once: those with a place first. */
export function tagsOf(paths: readonly string[]): Tag[] {
  const used = new Map(paths.map(tagOf).map((tag) => [tag.name, tag]));
  const known = Object.values(tags).filter(({ name }) => used.has(name));
  return [...known, ...[...used.values()].filter(({ name }) => !known.some((tag) => tag.name === name))];
}
