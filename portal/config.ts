import type { PortalConfig } from "../lib/access/portal-config.ts";

/** What the page was told by the connector that served it. */
export function readConfig(): PortalConfig {
  const content = document.querySelector<HTMLMetaElement>('meta[name="connector"]')?.content;
  return JSON.parse(content ?? "{}") as PortalConfig;
}
