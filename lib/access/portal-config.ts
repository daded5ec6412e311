/** What the portal has to know before anybody signed in: `portal-page` writes it into the page. Nothing in it is secret. */
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
