/**
 * Whether `link` leads to TeamViewer: https on teamviewer.com or a host below it, or the very host that is configured as
 * TeamViewer's address. Browsers are sent there, so nothing else will do.
 */
export function isTeamViewerLink(link: string, configuredUrls: readonly string[]): boolean {
  // The URL parser skips spaces and line ends inside; whoever uses the text would not.
  if (!/^[\x21-\x7e]+$/.test(link) || !URL.canParse(link)) return false;
  const { protocol, hostname, username, password } = new URL(link);
  if (username || password) return false;
  const configured = configuredUrls.map((url) => new URL(url));
  if (configured.some((url) => url.protocol === protocol && url.hostname === hostname)) return true;
  return protocol === "https:" && (hostname === "teamviewer.com" || hostname.endsWith(".teamviewer.com"));
}
