/** What the page was told by the connector that served it (`lib/http/portal-page.ts`). Nothing in it is secret. */
export type PortalConfig = {
  entraUrl: string;
  tenantId: string;
  clientId: string;
  scope: string;
  organization: string;
  termsVersion: string;
  termsUrl: string;
  /** In which users can be addressed: BCP 47 tags. */
  languages: readonly string[];
};

export function readConfig(): PortalConfig {
  const content = document.querySelector<HTMLMetaElement>('meta[name="connector"]')?.content;
  return JSON.parse(content ?? "{}") as PortalConfig;
}
