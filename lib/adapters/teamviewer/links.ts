/**
 * Whether `link` leads to TeamViewer: https on teamviewer.com or a host below it, or the very host that is configured as
 * TeamViewer's address. Browsers are sent there, so nothing else will do.
 */
export function isTeamViewerLink(link: string, configuredUrls: readonly string[]): boolean {
  // The URL parser skips spaces and line ends inside; whoever uses the text would not.
  const parsed = /^[\x21-\x7e]+$/.test(link) ? URL.parse(link) : null;
  if (!parsed || parsed.username || parsed.password) return false;
  const { protocol, hostname } = parsed;
  if (protocol === "https:" && (hostname === "teamviewer.com" || hostname.endsWith(".teamviewer.com"))) return true;
  const configured = configuredUrls.map((url) => new URL(url));
  return configured.some((url) => url.protocol === protocol && url.hostname === hostname);
}
