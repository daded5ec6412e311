const LOOPBACK_NAME = /^(localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/;

/** True for addresses that name this machine and nothing else (RFC 6761 section 6.3). */
export const isLoopbackUrl = (url: string) => LOOPBACK_NAME.test(new URL(url).hostname);

/**
 * Why an address cannot be the target of a webhook, undefined when it can: https on port 443, a name that has a dot, no user.
 * The URL parser has already turned every notation of an IPv4 address (octal, hex, one number) into the usual one
 * (url.spec.whatwg.org, host parsing). What the name resolves to is looked at when the call is made.
 */
export function targetProblem(text: string, { allowLoopback }: { allowLoopback: boolean }): string | undefined {
  // Not `canParse`: once Node 22 has optimized it, it refuses names such as bücher.example.
  const url = URL.parse(text);
  if (!url) return "must be an address such as https://name.example/path";
  const { protocol, hostname, port, username, password } = url;
  if (username || password) return "must not carry a user or password";
  if (text.includes("#")) return "must not have a fragment";
  const isWeb = protocol === "https:" || protocol === "http:";
  if (allowLoopback && isWeb && LOOPBACK_NAME.test(hostname)) return undefined;
  if (protocol !== "https:") return "must start with https://";
  if (port !== "") return "must use port 443";
  if (hostname.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(hostname)) return "must name a host, not an IP address";
  if (!hostname.includes(".") || hostname.endsWith(".") || LOOPBACK_NAME.test(hostname))
    return "must name a public host such as name.example";
  return undefined;
}
